"""Lesson 02: many numbers, one vector."""

import numpy as np

from ..checker.params import entry, to_vector
from ..checker.slide import quotient
from .build import Build
from .prediction import Choose, Guess


def network(*sizes: int) -> dict[str, np.ndarray]:
    """Return blocks whose entries all differ, are in no order, and are no whole numbers."""
    blocks, start = {}, 1.5
    for l, (n_prev, n) in enumerate(zip(sizes, sizes[1:], strict=False), start=1):
        for name, shape in ((f"W{l}", (n, n_prev)), (f"b{l}", (n, 1))):
            blocks[name] = np.roll(start + np.arange(np.prod(shape)), 1).reshape(shape)
            start += blocks[name].size
    return blocks


PARAMS = network(2, 4, 3, 1)  # blocks of the shapes that the lab's network has


def place_in_theta(block: str, *index: int) -> int:
    """Return the place in θ of an entry of a block of the lab's network."""
    return next(i for i in range(to_vector(PARAMS).size) if entry(i, PARAMS) == (block, index))


where = Guess(
    place_in_theta("W2", 1, 3),
    "8 of W1 and 4 of b1 come first, then a whole row of W2 (4), then three more entries of the second row.",
    {
        "so you went down the columns of W2; θ takes it row by row.": 12 + 3 * 3 + 1,
        "nearly: code counts from 0, so θ begins with θ[0].": place_in_theta("W2", 1, 3) + 1,
        "did you leave out b1? Its 4 entries stand between W1 and W2.": place_in_theta("W2", 1, 3) - 4,
        "you counted within W2 alone; W1 and b1 come before it.": 4 + 3,
    },
    factor=1.01,
    tells=("θ[12]",),
    solution="solutions/02_many_numbers_one_vector.ipynb",
)


def end_to_end(blocks):
    """θ = W1, b1, W2, …, each row by row"""
    return np.concatenate([block.ravel() for block in blocks.values()])


flatten = Build(
    end_to_end,
    {
        "a network with 2, 3 and 1 units": (network(2, 3, 1),),
        "a network with 3, 2, 2 and 1 units": (network(3, 2, 2, 1),),
        "blocks stored by columns": ({name: np.asfortranarray(b) for name, b in network(2, 3, 1).items()},),
    },
    {
        "that goes down the columns; take each block row by row, as ravel() does.": "ravel() → ravel('F')",
        "that is the order in memory, which may go down the columns; ravel() goes row by row.": "ravel() → ravel('K')",
        "that is one number for each block; θ holds all entries of all.": "block.ravel() → [np.linalg.norm(block)]",
        "all W before all b, as sorted by name; θ goes W1, b1, W2, …": "blocks. → dict(sorted(blocks.items())).",
        "these stand from the last layer to the first; θ begins with W1.": "blocks.values() → [*blocks.values()][::-1]",
        "where are the biases? Every block of params belongs in θ.": (
            "blocks.values() → [block for name, block in blocks.items() if name[0] == 'W']"
        ),
        "b before W in each layer; θ begins with W1, then b1.": (
            "blocks.values() → [[*blocks.values()][i ^ 1] for i in range(len(blocks))]"
        ),
        "that is the last block alone: does it replace the others? Collect all.": "[*blocks.values()][-1].ravel()",
    },
    "every entry of every block has its place in θ now, and dθ can be laid out by the same function.",
)


def valley(theta):
    """Σ θ[i]³ + Σ θ[i + 1] θ[i]²"""
    return np.sum(theta**3) + np.sum(theta[1:] * theta[:-1] ** 2)


def lecture(J, theta, eps):
    """Nudge one entry after the other, up and down."""
    approx = np.zeros(theta.size)
    for i in range(theta.size):
        step = np.zeros(theta.size)
        step[i] = eps
        approx[i] = (J(theta + step) - J(theta - step)) / (2 * eps)
    return approx


loop = Build(
    lecture,
    {
        "three entries, ε = 1e-4": (valley, np.array([1.0, -2.0, 0.5]), 1e-4),
        "five entries, ε = 0.1": (valley, np.array([0.3, 1.5, -1.0, 2.0, 0.0]), 0.1),
    },
    {
        "is there a 2 missing below the line?": "(2 * eps) → eps",
        "that is the one-sided difference; take J at θ[i] − ε, too.": "theta - step)) / (2 * eps) → theta)) / eps",
        "is θ[i] put back before the next turn? It keeps the nudge.": "approx[i] = → theta, approx[i] = theta - step,",
        "is each entry put back, or step[i] set back to 0? Yours nudges all up to the i-th.": "step[i] → step[: i + 1]",
        "θ[i] is nudged to θ[i] + ε and θ[i] − ε; yours puts ε and −ε in its place.": "J(theta → J(theta * (step == 0)",
        "nothing but zeros: is approx[i] = … missing, or one array for both? Nudge theta.copy().": "0 * theta",
        "one of your two points is θ itself. From θ[i] + ε it is 2ε down to θ[i] − ε.": "theta - step → theta",
        "every place holds the sum of all slopes: nudge one entry at a time, and fill its place.": "step[i] → step[:]",
        "yours moves θ[i] by a share ε of itself; the points are θ[i] ± ε.": "= eps → = eps * theta[i]",
        "the other entries stay what they are in θ; yours makes them 0.": "J(theta → J(theta * (step != 0)",
    },
    "that is the lecture's loop: two evaluations of J for every entry of θ.",
)


reading = Build(
    quotient,
    {
        "(3, 4) and (3, 4.01)": (np.array([3.0, 4.0]), np.array([3.0, 4.01])),
        "(−3, 4) and (1, 1)": (np.array([-3.0, 4.0]), np.array([1.0, 1.0])),
        "(1, 2, 2) and (2, 1, 2)": (np.array([1.0, 2.0, 2.0]), np.array([2.0, 1.0, 2.0])),
        "(3, 4) and (3, 4.0000001)": (np.array([3.0, 4.0]), np.array([3.0, 4.0000001])),
        "(3, 4) and (3, 4.01), each × 1e-10": (np.array([3e-10, 4e-10]), np.array([3e-10, 4.01e-10])),
    },
    {
        "that is what each entry reads by itself; a length is one number for all.": (
            "abs(approx - exact) / (abs(approx) + abs(exact))"
        ),
        "above the line entries are added up, and those above and below 0 cancel; take the length.": (
            "norm(approx - exact) → np.sum(approx - exact)"
        ),
        "above the line is a mean; a length is the root of the sum of squares.": (
            "norm(approx - exact) → np.sqrt(np.mean((approx - exact) ** 2))"
        ),
        "below the line the lengths are squared: are roots missing?": (
            "norm(approx) + norm(exact) → approx @ approx + exact @ exact"
        ),
        "these are squared norms; is the root of each missing?": "norm → (lambda v: v @ v)",
        "above the line ‖a − b‖ is wanted, not ‖a‖ − ‖b‖.": "norm(approx - exact) → abs(norm(approx) - norm(exact))",
        "above the line ‖a − b‖ is wanted; yours is ‖a‖ − ‖b‖.": "norm(approx - exact) → (norm(approx) - norm(exact))",
        "below stands the sum of norms, not the norm of a sum.": "norm(approx) + norm(exact) → norm(approx + exact)",
        "that is the distance alone; divide it by ‖dθ_approx‖ + ‖dθ‖.": " / (norm(approx) + norm(exact)) → ",
        "is a bracket missing? Below stands the whole sum.": "(norm(approx) → norm(approx); exact)) → exact)",
        "below the line stand both lengths; yours divides by ‖dθ‖ alone.": "norm(approx) + → ",
        "below the line stand both lengths; yours divides by ‖dθ_approx‖ alone.": " + norm(exact) → ",
        "below the line stands the length of dθ_approx twice, that of dθ never.": "norm(exact)) → norm(approx))",
        "below the line stands the length of dθ twice, that of dθ_approx never.": "(norm(approx) → (norm(exact)",
        "below the line stands the sum of both; yours takes the larger one.": "(norm(approx) + → max(norm(approx),",
        "the 1e-8 that you add makes tiny gradients read too little: below the line stand the two lengths alone.": (
            "norm(exact)) → norm(exact) + 1e-8)"
        ),
        "below stand two roots, added up; yours takes one root of both.": "(norm(approx) + → np.hypot(norm(approx),",
        "‖v‖ is the root of the sum of squares; yours adds up absolute values.": "norm → (lambda v: sum(abs(v)))",
        "‖v‖ is the root of the sum of squares; yours takes the largest entry.": "norm → (lambda v: max(abs(v)))",
        "that is the mean of what each entry reads; a length is one number for all.": (
            "np.mean(abs(approx - exact) / (abs(approx) + abs(exact)))"
        ),
        "that is the largest of what the entries read; a length is one number for all.": (
            "np.max(abs(approx - exact) / (abs(approx) + abs(exact)))"
        ),
        "‖v‖ is the root of the sum of squares; yours squares the sum.": "norm → (lambda v: abs(sum(v)))",
    },
    "the lecture's number: 0 where the two agree, 1 where one is the other with its sign turned.",
)

order = Choose(
    "c",
    {
        "a": "the same numbers are in both vectors, true. But the check subtracts them place by place, and now most "
        "places of W1 and W2 hold two different entries: in the lab, flatten dθ column by column, and two frames part.",
        "b": "a small reading would mean that the two vectors nearly agree. But in W1 and W2 most entries meet "
        "another one, and the two have nothing to do with each other.",
        "c": "most entries of W1 and W2 meet the wrong partner, so the reading is that of two vectors with little in "
        "common. Backprop is right; only its order is wrong.",
    },
    tells=("two different entries are compared",),
    solution="solutions/02_many_numbers_one_vector.ipynb",
)

scale = Choose(
    "b",
    {
        "a": "the plain difference ‖dθ_approx − dθ‖ is 1000 times less, yes: by it, a mere change of units would turn "
        "wrong into right. But what stands below the line shrinks as well: in the lab, set J times to 0.001, and all "
        "three lengths shrink alike.",
        "b": "all three norms are 1000 times less, above and below the line, so their quotient stays. A cost in cents "
        "and one in euros get the same verdict.",
        "c": "then the verdict would get worse by a mere change of units. That is what the division prevents.",
    },
    tells=("J times 1000", "1000 times"),
    solution="solutions/02_many_numbers_one_vector.ipynb",
)
