"""Run what `your_own_code.md` says of PyTorch and JAX, beside the gradient checks that these bring with them.

    python tests/frameworks.py                            in an environment of its own, with torch and jax from PyPI
    python tests/frameworks.py torch==2.13.0+cpu jax      with other versions

For each gradient, right or wrong on purpose, it prints what `gcl.check` or `gcl.check_layer` says, what
`torch.autograd.gradcheck` (plain and fast) or `jax.test_util.check_grads` says, and how long each takes. It fails where
ours is the contrary of the truth.
"""

import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
INSIDE = "--inside"  # said to the second run, in the environment that the first one made


class Case(NamedTuple):
    """Hold one gradient: is it right, what our check says, and what the framework's own checks say, each as a call."""

    name: str
    is_right: bool
    ours: Callable
    theirs: dict[str, Callable]


def torch_cases() -> Iterator[Case]:
    """Yield a Function, and a Module with batch norm whose gradients add up where nobody sets them back to zero."""
    import numpy as np
    import torch

    import gc_lib as gcl

    def softmax(wrong: bool):
        class Softmax(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                p = torch.softmax(x, 1)
                ctx.save_for_backward(p)
                return p

            @staticmethod
            def backward(ctx, dout):
                (p,) = ctx.saved_tensors
                return dout * p * (1 - p) if wrong else p * (dout - (dout * p).sum(1, keepdim=True))

        return Softmax.apply

    def forward_of(apply):
        def forward(x):
            x = torch.from_numpy(x).requires_grad_()
            out = apply(x)
            return out.detach().numpy(), (x, out)

        return forward

    def backward(dout, cache):
        x, out = cache
        out.backward(torch.from_numpy(dout), retain_graph=True)
        slope, x.grad = x.grad, None
        return slope.numpy()

    x = np.random.default_rng(0).normal(size=(6, 8))
    for wrong in (False, True):
        apply, tensor = softmax(wrong), torch.from_numpy(x).requires_grad_()
        yield Case(
            f"torch Function, softmax{', its slope taken as a diagonal' * wrong}",
            not wrong,
            lambda apply=apply: gcl.check_layer(forward_of(apply), backward, {"x": x}),
            {
                "gradcheck": lambda apply=apply, x=tensor: torch.autograd.gradcheck(apply, x),
                "fast": lambda apply=apply, x=tensor: torch.autograd.gradcheck(apply, x, fast_mode=True),
            },
        )

    torch.manual_seed(0)
    layers = torch.nn.Linear(8, 5), torch.nn.BatchNorm1d(5), torch.nn.Tanh(), torch.nn.Linear(5, 1)
    module, data, target = torch.nn.Sequential(*layers).double(), torch.from_numpy(x), torch.ones(6, 1).double()
    params = {name: value.detach().numpy() for name, value in module.named_parameters()}  # the module's own memory

    def loss(params):
        return loss_of_tensors({name: torch.from_numpy(block) for name, block in params.items()})

    def slopes(params, cleared):
        for name, value in module.named_parameters():
            value.data.copy_(torch.from_numpy(params[name]))
        if cleared:
            module.zero_grad()
        ((module(data) - target) ** 2).mean().backward()
        return {name: value.grad.numpy() for name, value in module.named_parameters()}

    def loss_of_tensors(params):
        return ((torch.func.functional_call(module, params, (data,)) - target) ** 2).mean()

    def slopes_of_tensors(params, factor):
        loss_of_tensors(params).backward()
        return {name: factor * value.grad for name, value in params.items()}

    names, values = zip(*module.named_parameters(), strict=True)

    def of_values(*values):
        return loss_of_tensors(dict(zip(names, values, strict=True)))

    for cleared in (True, False):
        before = {name: block.copy() for name, block in params.items()}
        yield Case(
            f"torch Module with batch norm{', whose slopes are never set back' * (not cleared)}",
            cleared,
            lambda cleared=cleared: gcl.check(
                lambda p: loss(p).item(), lambda p: slopes(p, cleared), {k: v.copy() for k, v in params.items()}
            ),
            {
                "gradcheck": lambda: torch.autograd.gradcheck(of_values, values),
                "fast": lambda: torch.autograd.gradcheck(of_values, values, fast_mode=True),
            }
            if cleared
            else {},
        )
        assert all((params[name] == before[name]).all() for name in params), "the module's parameters were moved"
    for factor in (1.0, 1.01):
        yield Case(
            f"torch Module, its tensors as they are{', 1 % off' * (factor != 1)}",
            factor == 1,
            lambda factor=factor: gcl.check(
                loss_of_tensors, lambda p: slopes_of_tensors(p, factor), dict(module.named_parameters())
            ),
            {},
        )


def jax_cases() -> Iterator[Case]:
    """Yield a custom_vjp, a pytree, and the same in JAX's default float32."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    from jax.test_util import check_grads

    import gc_lib as gcl

    def softplus(factor):
        f = jax.custom_vjp(lambda x: jnp.log1p(jnp.exp(x)))
        f.defvjp(lambda x: (jnp.log1p(jnp.exp(x)), x), lambda x, dout: (factor * dout / (1 + jnp.exp(-x)),))
        return f

    def loss(f, params):
        A = params["x"]
        for layer in params["layers"]:
            A = f(layer["W"] @ A + layer["b"])
        return (A**2).mean()

    def checked(f, params):
        return gcl.check(jax.jit(jax.value_and_grad(lambda params: loss(f, params))), True, params)

    rng = np.random.default_rng(0)

    def cases(x, params, looks):
        for factor in (1.0, 1.01):
            f, off = softplus(factor), ", 1 % off" * (factor != 1)
            yield Case(
                f"JAX custom_vjp, {looks}{off}",
                factor == 1,
                lambda f=f: gcl.check_layer(lambda x: jax.vjp(f, x), lambda dout, back: back(dout), {"x": x}),
                {"check_grads": lambda f=f: check_grads(f, (x,), 1, ["rev"])},
            )
            yield Case(
                f"JAX pytree, {looks}{off}",
                factor == 1,
                lambda f=f: checked(f, params),
                {"check_grads": lambda f=f: check_grads(lambda params: loss(f, params), (params,), 1, ["rev"])},
            )

    for looks in ("float64", "float32"):  # JAX takes float32 unless it is told
        jax.config.update("jax_enable_x64", looks == "float64")
        x, *weights = (rng.normal(size=shape).astype(looks) for shape in [(4, 6), (5, 4), (3, 5)])
        layers = [{"W": W, "b": np.zeros((len(W), 1), looks)} for W in weights]
        yield from cases(x, {"layers": layers, "x": x}, looks)


def timed(call: Callable) -> tuple[object, str]:
    """Return what a call returns, or what it raises, and how long it took."""
    start = time.perf_counter()
    try:
        found = call()
    except Exception as problem:
        found = problem
    return found, f"{time.perf_counter() - start:.2f} s"


def verdict(found) -> str:
    """Say what a framework's check found: it raises where it finds an error."""
    return "wrong" if isinstance(found, Exception) else "right"


def table() -> int:
    """Print the table; return 1 where an answer of ours is the contrary of the truth."""
    false = 0
    for case in chain(torch_cases(), jax_cases()):
        report, seconds = timed(case.ours)
        answer, truth = getattr(report, "answer", repr(report)), "right" if case.is_right else "wrong"
        others = {name: timed(call) for name, call in case.theirs.items()}
        said = [f"ours: {answer}, {seconds}"]
        said += [f"{name}: {verdict(found)}, {took}" for name, (found, took) in others.items()]
        print(f"{case.name:60} is {truth:5}   {'   '.join(said)}", flush=True)
        false += answer not in (truth, "cannot tell")
    return int(false > 0)


def main(wanted: list[str]) -> int:
    """Make an environment, and run the table in it."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *(wanted or ["torch", "jax"]), str(ROOT)], check=True
        )
        return subprocess.run([python, __file__, INSIDE]).returncode


if __name__ == "__main__":
    sys.exit(table() if sys.argv[1:] == [INSIDE] else main(sys.argv[1:]))
