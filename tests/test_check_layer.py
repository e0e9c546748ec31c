"""`gcl.check_layer`: pairs of forward and backward as people write them, and what is said where they do not fit."""

from functools import partial

import numpy as np
import pytest
from helpers import Tensor

import gc_lib as gcl

RNG = np.random.default_rng(7)
x, w, b = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2)), RNG.normal(size=2)
INPUTS = {"x": x, "w": w, "b": b}


def affine(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(0)


def check(forward=affine, backward=affine_backward, inputs=INPUTS, **given):
    return gcl.check_layer(forward, backward, inputs, **given)


# ---- the forms in which layers are written ---------------------------------------------------------------------------


def test_a_pair_with_a_cache():
    report = check()
    report.assert_ok()
    assert list(report.blocks) == ["x", "w", "b"] and report.difference < 1e-6 and not report.hides


def test_gradients_as_a_dict_in_any_order_and_as_one_array():
    check(backward=lambda d, c: dict(zip(["b", "w", "x"], reversed(affine_backward(d, c)), strict=True))).assert_ok()
    check(lambda x: (np.tanh(x), x), lambda d, x: d * (1 - np.tanh(x) ** 2), {"x": x}).assert_ok()


@pytest.mark.parametrize("factor, answers", [(1, ["right"] * 3), (2, ["right", "right", "wrong"])])
def test_the_gradient_of_x_and_a_dict_of_the_others(factor, answers):
    def back(dout, cache):
        dx, dw, db = affine_backward(dout, cache)
        return dx, {"b": factor * db, "w": dw}

    assert list(check(backward=back).answers.values()) == answers
    check(backward=back, inputs={"x": x}, w=w, b=b).assert_ok()  # the others are handed on


@pytest.mark.parametrize("kind", [list, tuple])
def test_the_gradient_of_x_and_a_list_of_the_others(kind):
    def back(dout, cache, factor=1):
        dx, *rest = affine_backward(dout, cache)
        return dx, kind([rest[0], factor * rest[1]])

    check(backward=back).assert_ok()
    assert check(backward=lambda dout, cache: back(dout, cache, 2)).that_are("wrong") == ("b",)
    check(lambda x: (np.tanh(x), x), lambda dout, x: (dout * (1 - np.tanh(x) ** 2), kind([])), {"x": x}).assert_ok()


DENSE = {"x": x, "params": {"W": w, "b": b}}


def dense(x, params):
    return x @ params["W"] + params["b"]


@pytest.mark.parametrize("of_params", [dict, lambda found: {"b": found["b"], "W": found["W"], "more": 0}])
@pytest.mark.parametrize("returned", [lambda dx, rest: (dx, rest), lambda dx, rest: {"params": rest, "x": dx}])
def test_inputs_in_a_nest_come_to_forward_and_back_in_the_same_nest(of_params, returned):
    for factor, answer in ((1, "right"), (2, "wrong")):

        def back(dout, x, params, factor=factor):
            return returned(dout @ params["W"].T, of_params({"W": x.T @ dout, "b": factor * dout.sum(0)}))

        report = check(dense, back, DENSE)
        assert report.answers == {"x": "right", "params.W": "right", "params.b": answer}


def test_the_gradient_of_one_input_that_is_a_list_of_layers():
    def forward(layers):
        (W1, b1), (W2, b2) = layers
        hidden = np.tanh(x @ W1 + b1)
        return hidden @ W2 + b2, (hidden, W2)

    def backward(dout, cache):
        hidden, W2 = cache
        before = dout @ W2.T * (1 - hidden**2)
        return [(x.T @ before, before.sum(0)), (hidden.T @ dout, dout.sum(0))]

    report = gcl.check_layer(forward, backward, {"layers": [(w, b), (w.T @ w, b[::-1])]})
    assert report.answer == "right" and len(report.answers) == 4


def test_lists_and_integers_in_a_nest():
    def add(xs, table):
        return xs[0] @ xs[1] + table["rows"][table["at"]]

    def back(dout, xs, table):
        rows = np.zeros_like(table["rows"])
        np.add.at(rows, table["at"], dout)
        return [dout @ xs[1].T, xs[0].T @ dout], {"rows": rows}

    table = {"rows": RNG.normal(size=(4, 2)), "at": np.array([1, 3, 1])}
    report = check(add, back, {"xs": [x, w], "table": table})
    report.assert_ok()
    assert list(report.answers) == ["xs[0]", "xs[1]", "table.rows"] and report.integers == ("table.at",)


def test_out_alone_and_backward_of_the_inputs():
    check(lambda x, w, b: x @ w + b, lambda dout, x, w, b: affine_backward(dout, (x, w))).assert_ok()


@pytest.mark.parametrize(
    "backward", [lambda dout, w, x: (dout @ w.T, x.T @ dout), lambda dout, w, *, x: (dout @ w.T, x.T @ dout)]
)
def test_inputs_go_to_backward_by_their_names_in_whatever_order_it_has_them(backward):
    square = {"x": x[:, :3], "w": x[:, 1:]}
    check(lambda x, w: x @ w, backward, square).assert_ok()


def test_a_backward_may_take_some_of_the_inputs():
    check(lambda x, w: x * w + x, lambda dout, w: (dout * (w + 1), dout * x), {"x": x, "w": x[::-1]}).assert_ok()
    check(lambda x, w: x + w, lambda dout: (dout, dout), {"x": x, "w": x[::-1]}).assert_ok()


def test_what_is_handed_on_goes_to_forward_and_to_a_backward_that_takes_it():
    scaled, back = lambda x, by: by * x, lambda dout, x, by: by * dout
    check(scaled, back, {"x": x}, by=3.0).assert_ok()
    assert check(scaled, lambda dout, x: dout, {"x": x}, by=3.0).answer == "wrong"


def test_a_layer_that_remembers_by_itself_and_clears_its_buffer_when_it_goes_forward():
    class Square:
        dx = np.zeros((3, 4))

        def forward(self, x):
            self.x = x
            self.dx[:] = 0
            return x**2

        def backward(self, dout):
            self.dx += 2 * self.x * dout
            return self.dx

    layer = Square()
    check(layer.forward, layer.backward, {"x": x}).assert_ok()


def test_a_method_gets_no_input_in_place_of_a_learning_rate():
    class Triple:
        def forward(self, x):
            return 3 * x

        def backward(self, dout, rate):
            return 3 * dout

        def of(self, dout, x):
            return 3 * dout + 0 * x

    layer = Triple()
    with pytest.raises(TypeError, match=r"should take \(dout, x\), or dout alone, and it takes \(dout, rate\)"):
        check(layer.forward, layer.backward, {"x": x})
    check(layer.forward, lambda dout: layer.backward(dout, rate=0), {"x": x}).assert_ok()
    check(layer.forward, layer.of, {"x": x}).assert_ok()


def test_integers_are_handed_on_and_get_no_gradient_or_none():
    def embed(rows, table):
        return table[rows], (rows, table.shape)

    def back(dout, cache):
        rows, shape = cache
        found = np.zeros(shape)
        np.add.at(found, rows, dout)
        return found

    rows, table = np.array([0, 2, 2]), RNG.normal(size=(4, 2))
    for returned in (back, lambda d, c: (None, back(d, c)), lambda d, c: {"table": back(d, c)}):
        report = check(embed, returned, {"rows": rows, "table": table})
        report.assert_ok()
        assert list(report.blocks) == ["table"]


def test_a_row_used_twice_and_written_instead_of_added_is_found():
    def written(dout, rows):
        found = np.zeros((4, 2))
        found[rows] = dout
        return found

    inputs, rows = {"table": RNG.normal(size=(4, 2))}, np.array([0, 2, 2])
    report = check(lambda table, rows: (table[rows], rows), written, inputs, rows=rows)
    assert report.answer == "wrong" and "table[2, :]" in report.explain()


@pytest.mark.parametrize("kind", [tuple, lambda two: dict(zip("pq", two, strict=True))])
def test_two_outputs(kind):
    def forward(x, y):
        return kind([x * y, x + y]), (x, y)

    def backward(dout, cache):
        (p, q), (x, y) = dout.values() if isinstance(dout, dict) else dout, cache
        return p * y + q, p * x + q

    inputs = {"x": x, "y": x[::-1]}
    check(forward, backward, inputs).assert_ok()
    check(forward, backward, inputs, upstream=kind([np.ones((3, 4)), np.zeros((3, 4))])).assert_ok()


def test_a_number_as_out_and_a_number_as_input():
    check(lambda x, s: (s * (x**2).sum(), (x, s)), lambda d, c: (2 * d * c[1] * c[0], d * (c[0] ** 2).sum()),
          {"x": x, "s": 0.5}).assert_ok()  # fmt: skip


@pytest.mark.parametrize("back", [lambda dout, cache, by: by * dout, lambda dout, cache, by=1.0: by * dout])
def test_what_is_handed_on_goes_to_a_backward_of_the_cache_too(back):
    check(lambda x, by: (by * x, None), back, {"x": x}, by=3.0).assert_ok()


def test_a_backward_gets_of_what_is_handed_on_what_it_takes():
    def scaled(x, options, by):
        return options["twice"] * by * x, options["twice"]

    check(scaled, lambda dout, twice, by=1.0: by * twice * dout, {"x": x}, options={"twice": 2.0}, by=3.0).assert_ok()


def test_a_backward_of_keywords_gets_the_inputs_by_name():
    forward = lambda **given: given["x"] @ given["w"]  # noqa: E731
    back = lambda dout, **given: {"x": dout @ given["w"].T, "w": given["x"].T @ dout}  # noqa: E731
    check(forward, back, {"x": x, "w": np.arange(8.0).reshape(4, 2)}).assert_ok()


def test_a_backward_of_what_is_handed_on_alone_does_not_get_the_input_in_its_place():
    check(lambda x, by: by * x, lambda dout, by: by * dout, {"x": x}, by=3.0).assert_ok()


def test_a_default_of_backward_stays_unless_it_has_the_name_of_an_input():
    check(lambda x: 3 * x, lambda dout, rate=3: rate * dout, {"x": x}).assert_ok()
    check(lambda x: x**2, lambda dout, x=None: 2 * x * dout, {"x": x}).assert_ok()
    check(lambda x: 3 * x, lambda x, rate=3: rate * x, {"x": x}).assert_ok()  # its x is dout
    check(lambda x: x**2, lambda dout, *inputs: 2 * inputs[0] * dout, {"x": x}).assert_ok()


def test_two_numbers_in_a_list_are_the_gradients_of_two_numbers():
    check(
        lambda a, b: (a * b, (a, b)), lambda d, c: [float(d * c[1]), float(d * c[0])], {"a": 2.0, "b": 3.0}
    ).assert_ok()


def test_integers_that_may_have_been_meant_to_be_nudged_are_named():
    report = check(lambda x, n: (n * x, n), lambda d, n: n * d, {"x": x, "n": np.arange(4)})
    report.assert_ok()
    assert "Of n there is no gradient: integers are handed on, and not checked." in report.explain()


def test_the_callers_arrays_are_left_alone_whatever_the_layer_does_to_its_own():
    def rude(x):
        x *= 2
        return x.copy(), None

    before = x.copy()
    check(rude, lambda dout, cache: 2 * dout, {"x": x})
    assert (x == before).all()


def test_float32():
    single = {name: block.astype(np.float32) for name, block in INPUTS.items()}
    assert check(inputs=single).answer == "right"
    half = check(backward=lambda d, c: tuple(g / 2 for g in affine_backward(d, c)), inputs=single)
    assert half.that_are("wrong") == ("x", "w", "b")


# ---- the upstream ----------------------------------------------------------------------------------------------------


def softmax(x):
    p = np.exp(x - x.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True), p / p.sum(1, keepdims=True)


SLOPES = {"right": lambda d, p: p * (d - (d * p).sum(1, keepdims=True)), "diagonal": lambda d, p: d * p * (1 - p)}


def test_a_random_upstream_tells_what_ones_hide():
    for upstream, answers in {None: ("right", "wrong"), 1.0: ("cannot tell", "cannot tell")}.items():
        found = tuple(check(softmax, slope, {"x": x}, upstream=upstream).answer for slope in SLOPES.values())
        assert found == answers


def test_a_sum_that_does_not_depend_on_the_input_is_told_and_what_an_upstream_all_equal_hides():
    report = check(softmax, lambda d, p: p * (d - 1), {"x": x}, upstream=np.ones((3, 4)))
    assert report.answer == "cannot tell" and report.still == ("x",) and report.hides
    assert [reason.kind for reason in report.reasons[:2]] == ["no slope", "upstream"]
    assert "J hardly depends on x" in report.explain() and "Leave upstream out" in report.explain()
    with pytest.raises(AssertionError, match="J hardly depends on x"):
        report.assert_ok()


def test_a_right_layer_under_ones_is_right_and_says_what_that_may_hide():
    report = check(upstream=1.0)
    report.assert_ok()
    assert "The upstream is the same for every output" in str(report)
    assert "dθ is right under this upstream; another one may show more." in report.explain()
    assert "an error worth caring about" not in report.explain()


def test_an_upstream_that_is_0_somewhere_says_what_that_may_hide():
    def wrong_in_one(dout, cache):
        dx, dw, db = affine_backward(dout, cache)
        return dx * np.array([[1.0], [5.0], [1.0]]), dw, db

    first = np.array([[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]])
    report = check(backward=wrong_in_one, upstream=first)
    assert report.answer != "wrong" and "The upstream is 0 for some outputs" in report.explain()
    assert check(backward=wrong_in_one).that_are("wrong") == ("x",)


def test_the_same_seed_is_the_same_upstream():
    seen = []

    def spy(dout, cache):
        seen.append(dout.copy())
        return affine_backward(dout, cache)

    for seed in (0, 0, 1):
        check(backward=spy, seed=seed)
    first, second, other = (seen[i * len(seen) // 3] for i in range(3))
    assert (first == second).all() and (first != other).all()
    assert np.unique(first).size == first.size and (np.abs(first) >= 0.5).all()


# ---- what does not fit -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"backward": lambda d, c: None}, "backward returned None, where the 3 gradients of x, w and b are wanted"),
        ({"backward": lambda d, c: affine_backward(d, c)[:2]}, "backward returned a tuple of 2, where the 3 gradients"),
        ({"backward": lambda d, c: (d @ w.T, {"dw": 0, "b": d.sum(0)})}, "of w, but of x, dw and b; rename"),
        (
            {"backward": affine_backward, "inputs": {"x": x}, "w": w, "b": b},
            "returned a tuple of 3, where the gradient of x is wanted; return it alone, or a dict by name",
        ),
        ({"backward": lambda d, c: affine_backward(d, c)[0]}, "returned an array of float64, shape .*, where the 3"),
        ({"backward": lambda d, c: {"x": d @ w.T, "dw": 0, "b": 0}}, "of w, but of x, dw and b; rename"),
        ({"backward": lambda d, c: affine_backward(d, c)[::-1]}, "in the order of the inputs, x, w and b"),
        ({"backward": lambda d, c: (*affine_backward(d, c)[:2], d)}, r"of b has shape \(3, 2\), but b has \(2,\); sum"),
        ({"backward": lambda d, c: (*affine_backward(d, c)[:2], d.sum(0)[None])}, r"; take np\.reshape\(…, \(2,\)\)"),
        ({"backward": lambda d, c: (*affine_backward(d, c)[:2], d.sum())}, r"shape \(\), but .*; return a slope"),
        ({"backward": lambda d, c: {"x": d @ w.T, "b": d.sum(0)}}, "no gradient of w, but of x and b; return that too"),
        ({"backward": lambda d, c: (*affine_backward(d, c)[:2], None)}, "gradient: b is None"),
        ({"backward": lambda d, c: (np.nan * x, *affine_backward(d, c)[1:])}, "backward: x holds nan"),
        ({"backward": lambda d: d}, r"forward returned two values, \(out, cache\), so backward should take"),
        ({"backward": lambda d, c, e: d}, r"forward returned two values, \(out, cache\)"),
        ({"forward": lambda x, w, b: np.sum(x), "backward": lambda: x}, "it takes .*; or, where it is a loss, take"),
        ({"backward": lambda cache, d: d}, "backward takes cache first, where dout is given; take lambda dout, cache"),
        ({"backward": "back"}, "backward should be a function"),
        ({"forward": np.exp, "inputs": {"x": x}}, r"should take x by name; it takes \(x, /.*\); take lambda x: …"),
        (
            {"forward": lambda x, w: x @ w, "backward": lambda w, x, dz: 0, "inputs": {"x": x, "w": w}},
            "backward takes w first, where dout is given; take lambda dout, x, w: …, which calls yours",
        ),
        ({"forward": lambda x, w, b: None, "backward": lambda d: d}, "forward: out is None; is a `return` missing"),
        ({"forward": lambda x, w, b: (np.nan * x, 0)}, "forward: out holds nan"),
        ({"forward": lambda x, w: (x, 0)}, r"forward should take x, w and b by name; it takes \(x, w\)"),
        ({"inputs": [x, w, b]}, "inputs should be a dict of forward's inputs by name"),
        ({"inputs": {"x": x, "w": w, "b": None}}, "inputs: b is None, no array; what is not differ"),
        (
            {"forward": dense, "backward": lambda dout, x, params: (dout, {"W": w}), "inputs": DENSE},
            r"no gradient of params\.b, but of x and params\.W; return that too",
        ),
        (
            {"forward": dense, "backward": lambda dout, x, params: {"dx": 0, "W": 0, "b": 0}, "inputs": DENSE},
            r"no gradient of x, params\.W and params\.b, but of dx, W and b; rename its keys, and nest",
        ),
        ({"inputs": {"x": x, "w": w, "b": b + 1j}}, "b holds complex128; every entry should be a real number"),
        ({"inputs": {k: np.ones(v.shape, int) for k, v in INPUTS.items()}}, "nudge, with x, w and b held in"),
        ({"inputs": {}}, "forward should take .* by name"),
        ({"forward": lambda: (1.0, 0), "inputs": {}}, "there is nothing to nudge, with none given"),
        ({"b": 3}, "b: given as an input and by keyword; leave one of them out"),
        ({"upstream": np.ones((2, 2))}, r"upstream: the weights of out should have its shape, \(3, 2\)"),
        ({"upstream": {"a": np.ones(2)}}, r"the weights of out should have its shape, .*; given is out\.a"),
        (
            {"forward": lambda x, w, b: ({"a": x}, 0), "upstream": {"a": np.ones((3, 4)), "c": np.ones(2)}},
            r"upstream: there is no output out\.c; forward returns out\.a",
        ),
        ({"forward": lambda x, w, b: (np.nan, 0)}, "forward: out holds nan; every entry"),
        ({"forward": lambda x, w, b, k: x, "k": 3}, r"backward should take \(dout, x, w, b, k\), or dout alone"),
        ({"forward": lambda x, w, b: (x, w, 0), "backward": lambda p, q, c: 0}, r"the two \(\(a, b\), cache\), and"),
        ({"upstream": 0.0}, "upstream is 0 for every output"),
        ({"upstream": np.nan}, "upstream: out holds nan"),
        ({"seed": -1}, "seed should be a whole number"),
        ({"stride": 2}, "forward should take x, w, b and stride by name"),
    ],
)  # fmt: skip
def test_says_where_what_was_found_and_what_to_do(given, words):
    with pytest.raises((TypeError, ValueError), match=words):
        check(**given)


def test_an_argument_of_the_check_that_forward_has_too_goes_by_partial():
    def norm(x, eps=1e-5):
        s = np.sqrt((x**2).mean(1, keepdims=True) + eps)
        return x / s, (x, s)

    def back(d, cache):
        x, s = cache
        return d / s - x * (d * x).mean(1, keepdims=True) / s**3

    check(norm, back, {"x": x}).assert_ok()
    check(partial(norm, eps=1e-3), back, {"x": x}).assert_ok()
    check(partial(norm, eps=1e-3), back, {"x": x}, eps=1e-6).assert_ok()
    check(norm, back, {"x": x}, eps="auto").assert_ok()
    for eps in (1e-3, float("1e-7")):  # a value of the check's own may be meant for the layer
        with pytest.raises(TypeError, match="eps is an argument of the check and of forward; give forward its own by"):
            check(norm, back, {"x": x}, eps=eps)


def test_what_a_layer_raises_comes_through_with_a_note_of_where():
    def broken(dout, cache):
        raise KeyError("gamma")

    with pytest.raises(KeyError) as caught:
        check(backward=broken)
    assert caught.value.__notes__ == ["when backward was called with dout and cache"]
    with pytest.raises(KeyError) as caught:
        check(lambda x, w, b: affine(x, w, b)[0], lambda dout, rate, *more: {}[rate.size], INPUTS)
    assert caught.value.__notes__ == ["when backward was called with dout, x, w and b"]


def test_a_random_layer_is_told():
    report = check(lambda x: (x * RNG.normal(size=x.shape), None), lambda d, c: d, {"x": x})
    assert report.answer == "cannot tell" and report.reasons[0].kind == "not deterministic" and not report.still


def test_two_arrays_that_may_be_two_outputs_are_told_where_a_layer_is_called_wrong():
    both, back = lambda x: (x, x**2), lambda dout, x: dout[0] + 2 * x * dout[1]
    assert "the second was taken for the cache, not for an output. If both are outputs" in " ".join(
        check(both, back, {"x": x}).explain().split()
    )
    for cached in (lambda x: (np.tanh(x), x), softmax, lambda x: (np.tanh(x), x > 0)):
        assert "cache" not in check(cached, lambda dout, cache: 0.5 * dout, {"x": x}).explain()
    assert "cache" not in check(lambda x: [x, x**2], lambda dout, x: dout[0], {"x": x}).explain()


@pytest.mark.parametrize("forward", [lambda x: np.sum(x**2) / 2, lambda x: x**2 / 2])
def test_a_backward_that_ignores_dout_is_told(forward):
    report = check(forward, lambda dout, x: x, {"x": x})
    said = report.explain()
    assert "same gradients whatever dout is" in str(report)
    assert "same gradients whatever dout is" in said and "take upstream=1.0" in said
    check(forward, lambda dout, x: x, {"x": x}, upstream=1.0).assert_ok()
    for wrong in (lambda dout, x: dout * x / 2, lambda dout, x: 0 * x):
        report = check(forward, wrong, {"x": x})
        assert report.answer == "wrong" and "whatever dout is" not in report.explain()


def test_a_loss_whose_log_has_a_little_more_than_p_depends_on_its_input():
    def loss(x):
        p = softmax(x)[0]
        return -np.log(p[:, 0] + 7e-8).sum(), p

    report = check(loss, lambda dout, p: dout * (p - np.eye(4)[0]), {"x": x})
    assert report.answer == "cannot tell" and report.reasons[0].kind == "near rtol" and not report.still


def test_an_input_is_called_flat_only_where_j_stands_still_in_every_entry():
    def unit(x):
        n = np.linalg.norm(x, axis=1, keepdims=True)
        return x / n, n

    report = check(unit, lambda dout, n: dout / n, {"x": x})  # wrong along x, where J stands still
    assert report.answer == "wrong" and "does not depend on" not in report.explain()
    report = check(lambda x, b: (x**2 + 0 * b, x), lambda dout, x: (2 * x * dout, dout), {"x": x, "b": x})
    assert report.that_are("wrong") == ("b",) and "forward does not depend on b here" in report.explain()


def test_an_upstream_may_be_a_tuple_as_the_outputs_are():
    def forward(x, y):
        return (x * 2, y.sum()), None

    def backward(dout, cache):
        return 2 * dout[0], dout[1] * np.ones(3)

    inputs = {"x": np.array([1.0, 2.0]), "y": np.ones(3)}
    report = gcl.check_layer(forward, backward, inputs, upstream=(np.array([1.0, 2.0]), 3.0))
    assert report.answer == "right" and report.upstream.tolist() == [1, 2, 3]


def test_what_is_handed_on_is_left_as_it_was():
    running, param = np.zeros(4), {"mean": np.zeros(4)}

    def forward(x, running, param):
        running += 1
        param["mean"] += 1
        return np.sin(x) * param["mean"], x

    check(forward, lambda d, x: d * np.cos(x), {"x": np.arange(4.0)}, running=running, param=param).assert_ok()
    assert not running.any() and not param["mean"].any()


def test_why_forward_gives_no_number_a_step_away_is_said():
    report = gcl.check_layer(lambda x: (x[x >= 1], None), lambda d, _: d, {"x": np.array([1.0, 2.0])})
    assert "It raised ValueError: forward: out changes its shape when an input is nudged." in report.reasons[0].says


@pytest.mark.parametrize("factor, answer", [(3, "right"), (3.01, "wrong")])
def test_inputs_that_are_tensors_reach_forward_as_tensors_and_so_does_dout_go_back(factor, answer):
    def forward(x, ids):
        assert isinstance(x, Tensor) and isinstance(ids, np.ndarray)
        return Tensor(x.values[ids] ** 3)

    def backward(dout, x, ids):
        assert isinstance(dout, Tensor) and isinstance(x, Tensor)
        slopes = np.zeros_like(x.values)
        np.add.at(slopes, ids, factor * x.values[ids] ** 2 * dout.values)
        return Tensor(slopes)

    given = Tensor(x)
    assert gcl.check_layer(forward, backward, {"x": given, "ids": np.array([0, 2, 2])}).answer == answer
    assert (given.values == x).all()


# ---- what other people's layers showed -------------------------------------------------------------------------------


def keyed(x, W, b):
    """Attention of x to itself, with a bias of the keys, which softmax takes away again."""
    scores = x @ (x @ W + b).T
    p = np.exp(scores - scores.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return p @ x, (x, W, b, p)


def keyed_backward(dout, cache):
    x, W, b, p = cache
    dp = dout @ x.T
    ds = p * (dp - (dp * p).sum(1, keepdims=True))
    dkeys = ds.T @ x
    return p.T @ dout + ds @ (x @ W + b) + dkeys @ W.T, x.T @ dkeys, dkeys.sum(0)


KEYED = {"x": x, "W": np.random.default_rng(3).normal(size=(4, 4)), "b": np.ones(4)}


@pytest.mark.parametrize("factor", [0.0, 0.9998, 1.0002, 1.01, -1.0])
def test_no_input_is_too_small_to_matter_beside_another_in_other_units(factor):
    """A focal length in pixels beside places in metres: ‖df‖ is 3e-7 of ‖dx‖."""
    places = {"x": 1e-4 * x, "f": np.array([312.0, 309.0, 305.0])[:, None]}
    right = lambda dout, x, f: (dout * f, (dout * x).sum(1, keepdims=True))  # noqa: E731
    wrong = lambda dout, x, f: (dout * f, factor * (dout * x).sum(1, keepdims=True))  # noqa: E731
    for eps in (1e-7, 1e-5, "auto"):
        check(lambda x, f: f * x, right, places, eps=eps).assert_ok()
        assert check(lambda x, f: f * x, wrong, places, eps=eps).that_are("wrong") == ("f",)


def test_an_input_that_moves_no_output_spoils_no_answer_but_under_an_upstream_of_one_s_own():
    report = check(keyed, keyed_backward, KEYED)
    assert report.answer == "right" and report.still == ("b",) and report.reasons[0].kind == "no part"
    report.assert_ok()
    wrong = check(keyed, lambda dout, cache: (*keyed_backward(dout, cache)[:2], np.full(4, 1e-3)), KEYED)
    assert wrong.that_are("wrong") == ("b",)
    assert check(keyed, keyed_backward, KEYED, upstream=np.ones((3, 4)) + x).answer == "cannot tell"
    dead = check(lambda x: (np.maximum(x, 0), x), lambda dout, x: dout * (x > 0), {"x": -np.abs(x) - 1})
    assert dead.answer == "cannot tell" and dead.reasons[0].kind == "no slope"


def test_a_layer_in_float32_is_told_where_it_cannot_be_judged():
    def forward(x):
        return (1 + 1e-3 * np.sin(x)).astype(np.float32), x

    report = check(forward, lambda dout, x: 1e-3 * dout * np.cos(x), {"x": x})
    assert report.answer != "wrong" and (report.answer == "right" or "forward returns float32" in report.explain())
    report = check(forward, lambda dout, x: 0 * dout, {"x": x})
    assert report.single and "forward returns float32, though its inputs are float64" in report.explain()
    assert not check(inputs={name: block.astype(np.float32) for name, block in INPUTS.items()}).single


def test_of_a_layer_it_is_forward_that_is_spoken_of():
    def forward(x):
        return np.maximum(x, 0, x), x > 0

    report = check(forward, lambda dout, on: 2 * dout * on, {"x": x})
    assert "forward writes on its argument" in report.explain() and "The cost" not in report.explain()


def test_more_than_two_values_of_forward_are_said_to_be_taken_for_outputs():
    def backward(dout, cache):
        x, w = cache
        return dout @ w.T, x.T @ dout

    with pytest.raises(ValueError) as raised:
        check(lambda x, w, cache: (x @ w, (x, w), 0.0), backward, {"x": x, "w": KEYED["W"]}, cache=np.ones(3))
    assert "the 3 values of forward were taken for outputs: return two, (out, cache)" in str(raised.value.__notes__)


def test_a_backward_of_any_number_of_arguments_gets_the_inputs_in_their_order():
    assert (
        check(lambda x, w: x @ w, lambda *a: (a[0] @ a[2].T, a[1].T @ a[0]), {"x": x, "w": KEYED["W"]}).answer
        == "right"
    )


@pytest.mark.parametrize("kind", [list, tuple])
def test_the_gradient_of_one_input_that_is_a_list_is_a_list(kind):
    three = [x, x + 1, x - 2]

    def backward(dout, each):
        a, b, c = each
        return kind((dout * b * c, dout * a * c, dout * a * b))

    report = check(lambda each: each[0] * each[1] * each[2], backward, {"each": three})
    assert report.answer == "right" and list(report.answers) == ["each[0]", "each[1]", "each[2]"]


def test_an_input_whose_gradient_is_wildly_wrong_does_not_make_the_others_small():
    def forward(x, gain):
        centred = x - x.mean(0)
        return gain * centred / centred.std(0), (centred, centred.std(0), gain)

    def backward(dout, cache):
        centred, sigma, gain = cache
        return dout * gain * sigma * 1e5, (dout * centred / sigma).sum(0)

    hours = 1.7e9 + 86400 * np.random.default_rng(0).normal(size=(8, 2))
    report = check(forward, backward, {"x": hours, "gain": np.array([1.3, 0.7])})
    assert report.answers == {"x": "wrong", "gain": "right"} and report.still == ()
