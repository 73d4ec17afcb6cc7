"""Sentences about the front of coverage and fairness, in both languages."""

from collections.abc import Sequence

from geoservice.layer import Label
from geoservice.siting.result import FrontSites


def far_minutes(choice: FrontSites) -> float:
    """Return the minutes beyond the time, root mean square, with two decimals."""
    return round(choice.point.far / 60_000, 2)


def front_summary(front: Sequence[FrontSites]) -> list[Label]:
    """Return what the choices are, whether they are proven, and which of them hardly differ."""
    if len(front) == 1:
        return [
            Label(zh="覆盖最多人口的方案也最公平。", en="The choice that reaches most people is the fairest one too."),
            _proof(front),
        ]
    first, last = (f"{far_minutes(choice):g}" for choice in (front[0], front[-1]))
    count = len(front)
    ends = Label(
        zh=f"覆盖与公平的{count}种方案：超时（均方根）由{first}分钟降至{last}分钟。",
        en=f"{count} choices between coverage and fairness: minutes beyond the time (root mean square) from {first} to {last}.",
    )
    return [ends, _proof(front), *_ties(front)]


def _proof(front: Sequence[FrontSites]) -> Label:
    open_gaps = [choice.point.gap for choice in front if not choice.point.proven]
    if not open_gaps:
        return Label(
            zh="均已证明：没有方案能在一方面更好而另一方面不变差。",
            en="Proven for each: no choice is better in one without being worse in the other.",
        )
    proven, gap = len(front) - len(open_gaps), f"{100 * max(open_gaps):.2g}"
    return Label(
        zh=f"{len(front)}种方案中{proven}种已证明；其余为近似解，覆盖同样多人口时，超时平方的均值最多还可降低{gap} %。",
        en=f"{proven} of {len(front)} choices are proven; the others are approximate: with as many people in time, the mean "
        f"square of the minutes beyond it could be lower by {gap} % at most.",
    )


def _ties(front: Sequence[FrontSites]) -> list[Label]:
    pairs = [f"{number}–{number + 1}" for number, choice in enumerate(front[1:], 1) if choice.is_tied]
    if not pairs:
        return []
    return [
        Label(
            zh=f"相邻方案{'、'.join(pairs)}覆盖人数的差别在误差范围内。",
            en=f"Neighbours that reach the same number of people within the margin: {', '.join(pairs)}.",
        )
    ]
