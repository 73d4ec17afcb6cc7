"""Turn restrictions: whom they bind, over nodes and ways, at both ends of a trip, and that nobody evades them.

Streets are 500 m long: 1 minute by car (30 km/h), 2 by bicycle (15 km/h), 6 on foot.
"""

import pytest

from .tiny import LEG, NO_WAY, County, Town, Trip, at, by_mode, trip

TOGETHER = County()
STREET = "highway=residential"
TURN = "type=restriction restriction="
ONLY = TURN + "only_straight_on"
CROSS = {"w": (-500, 0), "m": (0, 0), "e": (500, 0), "n": (0, 500), "s": (0, -500)}


def cross(*relations: tuple[str, str], **more: str) -> Town:
    """Return four dead-end streets that meet at m, with restrictions; ``more`` are further tags by way."""
    ways = {way: f"{STREET} {more.get(way, '')}" for way in ("wm", "me", "mn", "ms")}
    return Town(CROSS, ways, relations=relations, county=TOGETHER)


LEFT, RIGHT, STRAIGHT = "from:wm via:m to:mn", "from:wm via:m to:ms", "from:wm via:m to:me"
NO_LEFT = cross((TURN + "no_left_turn", LEFT))
# Who may not turn left goes on to the end of a street, turns round there and comes back: 2 000 m instead of 1 000.
SIMPLE = [
    *by_mode("turning where nothing is restricted", cross(), "w", "n", 12, 4, 2),
    *by_mode("no left turn", NO_LEFT, "w", "n", 12, (8, 4), (4, 2)),
    *by_mode("straight on beside a left turn that is forbidden", NO_LEFT, "w", "e", 12, 4, 2),
    *by_mode("to the right beside a left turn that is forbidden", NO_LEFT, "w", "s", 12, 4, 2),
    *by_mode("a left turn is forbidden from one street only", NO_LEFT, "s", "n", 12, 4, 2),
    *by_mode("no right turn", cross((TURN + "no_right_turn", RIGHT)), "w", "s", 12, (8, 4), (4, 2)),
    *by_mode("no straight on", cross((TURN + "no_straight_on", STRAIGHT)), "w", "e", 12, (8, 4), (4, 2)),
    *by_mode("no entry", cross((TURN + "no_entry", STRAIGHT)), "w", "e", 12, (8, 4), (4, 2)),
    *by_mode("no exit", cross((TURN + "no_exit", STRAIGHT)), "w", "e", 12, (8, 4), (4, 2)),
    *by_mode(
        "no entry from two streets", cross((TURN + "no_entry", "from:wm from:ms via:m to:me")), "s", "e", 12, (8, 4), (4, 2)
    ),
    *by_mode("no exit to two streets", cross((TURN + "no_exit", "from:wm via:m to:me to:mn")), "w", "n", 12, (8, 4), (4, 2)),
    *by_mode("only straight on, straight on", cross((ONLY, STRAIGHT)), "w", "e", 12, 4, 2),
    *by_mode("only straight on, to the left", cross((ONLY, STRAIGHT)), "w", "n", 12, (8, 4), (4, 2)),
    *by_mode("only straight on, to the right", cross((ONLY, STRAIGHT)), "w", "s", 12, (8, 4), (4, 2)),
    *by_mode("only straight on binds from one street only", cross((ONLY, STRAIGHT)), "n", "e", 12, 4, 2),
    *by_mode("only to the right, to the left", cross((TURN + "only_right_turn", RIGHT)), "w", "n", 12, (8, 4), (4, 2)),
    *by_mode("only to the left, to the left", cross((TURN + "only_left_turn", LEFT)), "w", "n", 12, 4, 2),
    *by_mode("only to the left, straight on", cross((TURN + "only_left_turn", LEFT)), "w", "e", 12, (8, 4), (4, 2)),
    trip("no left turn for e-bikes", NO_LEFT, "ebike", "w", "n", 2000 * at(18), 1000 * at(18)),
]

BOUND = {"cycle": (8, 4), "drive": (4, 2)}
WHOM = [
    trip(f"no left turn, {says}", cross((tags, LEFT)), mode, "w", "n", *(BOUND[mode] if binds else [BOUND[mode][1]]))
    for says, tags, *bound in (
        ("except bicycles", TURN + "no_left_turn except=bicycle", False, True),
        ("except buses and bicycles", TURN + "no_left_turn except=bus;bicycle", False, True),
        ("except buses", TURN + "no_left_turn except=psv", True, True),
        ("except motor cars", TURN + "no_left_turn except=motorcar", True, False),
        ("except motor vehicles", TURN + "no_left_turn except=motor_vehicle", True, False),
        ("for motor cars", "type=restriction restriction:motorcar=no_left_turn", False, True),
        ("for motor vehicles", "type=restriction restriction:motor_vehicle=no_left_turn", False, True),
        ("for bicycles", "type=restriction restriction:bicycle=no_left_turn", True, False),
        ("for lorries", "type=restriction restriction:hgv=no_left_turn", False, False),
        ("for lorries by its type", "type=restriction:hgv restriction=no_left_turn", False, False),
        ("for motor cars by its type", "type=restriction:motorcar restriction=no_left_turn", False, True),
        ("on weekdays", "type=restriction restriction:conditional=no_left_turn@(Mo-Fr)", False, False),
        ("and a condition beside it", TURN + "no_left_turn restriction:conditional=none@(Sa)", True, True),
        ("none for motor cars", TURN + "no_left_turn restriction:motorcar=none", True, False),
        ("a value that is none", TURN + "give_way", False, False),
    )
    for mode, binds in zip(BOUND, bound, strict=True)
]
WHOM_ELSE = [
    *by_mode("only straight on except bicycles", cross((ONLY + " except=bicycle", STRAIGHT)), "w", "n", 12, 4, (4, 2)),
    *by_mode("a restriction without a street to go to", cross((TURN + "no_left_turn", "from:wm via:m")), "w", "n", 12, 4, 2),
]

AT_ENDS = [
    trip("a trip that begins just before the turn is bound", NO_LEFT, "drive", (-50, 0), "n", 0.1 + 3, 1.1),
    trip("a trip that ends just after the turn is bound", NO_LEFT, "drive", "w", (0, 50), 3.1, 1.1),
    trip("a trip over 100 m around the corner is bound", NO_LEFT, "drive", (-50, 0), (0, 50), 2.2, 0.2),
    trip("with legs", NO_LEFT, "drive", (-50, 10), (20, 60), 2.22 + 30 * LEG, 0.22 + 30 * LEG),
    trip("a trip from the junction is not bound", NO_LEFT, "drive", "m", "n", 1),
    trip("a trip to the junction is not bound", NO_LEFT, "drive", "w", "m", 1),
    trip(
        "only straight on, from just before the junction",
        cross((ONLY, STRAIGHT)),
        "drive",
        (-50, 0),
        (0, 50),
        2.2,
        0.2,
    ),
    trip("along the street before the turn", NO_LEFT, "drive", (-400, 0), (-100, 0), 0.6),
    trip("by bicycle around the corner", NO_LEFT, "cycle", (-50, 0), (0, 50), 4.4, 0.4),
]

NO_LEFT_NO_RIGHT = cross((TURN + "no_left_turn", LEFT), (TURN + "no_right_turn", RIGHT))
ALL_BANNED = cross(
    *(
        (TURN + kind, members)
        for kind, members in zip(("no_left_turn", "no_right_turn", "no_straight_on"), (LEFT, RIGHT, STRAIGHT), strict=True)
    )
)
SEVERAL = [
    trip("neither left nor right, to the left", NO_LEFT_NO_RIGHT, "drive", "w", "n", 4, 2),
    trip("neither left nor right, to the right", NO_LEFT_NO_RIGHT, "drive", "w", "s", 4, 2),
    trip("neither left nor right, straight on", NO_LEFT_NO_RIGHT, "drive", "w", "e", 2),
    trip("no turn at all is allowed", ALL_BANNED, "drive", "w", "n", NO_WAY, 2),
    trip("no turn at all is allowed, on foot", ALL_BANNED, "walk", "w", "n", 12),
    trip(
        "left turns forbidden from two streets",
        cross((TURN + "no_left_turn", LEFT), (TURN + "no_left_turn", "from:me via:m to:ms")),
        "drive",
        "e",
        "s",
        4,
        2,
    ),
    trip(
        "left turns forbidden everywhere",
        cross(
            *(
                (TURN + "no_left_turn", f"from:{a} via:m to:{b}")
                for a, b in (("wm", "mn"), ("mn", "me"), ("me", "ms"), ("ms", "wm"))
            )
        ),
        "drive",
        "w",
        "n",
        4,
        2,
    ),
    trip("one restriction twice", cross((TURN + "no_left_turn", LEFT), (TURN + "no_left_turn", LEFT)), "drive", "w", "n", 4, 2),
    trip(
        "two of the kind only are both allowed",
        cross((ONLY, STRAIGHT), (TURN + "only_right_turn", RIGHT)),
        "drive",
        "w",
        "s",
        2,
    ),
    trip(
        "two of the kind only forbid the rest",
        cross((ONLY, STRAIGHT), (TURN + "only_right_turn", RIGHT)),
        "drive",
        "w",
        "n",
        4,
        2,
    ),
    trip(
        "only straight on, which another forbids, leaves no way",
        cross((ONLY, STRAIGHT), (TURN + "no_straight_on", STRAIGHT)),
        "drive",
        "w",
        "e",
        NO_WAY,
        2,
    ),
    trip(
        "only onto a street that is closed to cars binds nobody",
        cross((ONLY, STRAIGHT), me="motor_vehicle=no"),
        "drive",
        "w",
        "n",
        2,
    ),
    trip(
        "onto a one-way street that leaves the junction",
        cross((TURN + "no_left_turn", LEFT), mn="oneway=yes"),
        "drive",
        "w",
        "n",
        4,
        NO_WAY,
    ),
    trip("from a one-way street", cross((TURN + "no_left_turn", LEFT), wm="oneway=yes"), "drive", "w", "n", 4, NO_WAY),
]

# m - e ends at a junction with two more streets: nobody turns round at e, but at the ends f and g, 200 m on.
EVASION = {**CROSS, "f": (500, 200), "g": (500, -200), "h": (700, 0)}


def evasion(kind: str = "no_left_turn", members: str = LEFT, **tags: str) -> Town:
    """Return streets w-m, m-e, m-n with a restriction at m, and e-f and e-g of 200 m beyond."""
    ways = {way: f"{STREET} {tags.get(way, '')}" for way in ("wm", "me", "mn", "ef", "eg")}
    return Town(EVASION, ways, relations=[(TURN + kind, members)], county=TOGETHER)


def changing(*left_out: str) -> Town:
    """Return the same streets, where m-e changes at p and q."""
    ways = {"wm": "", "mp": "", "pq": "tunnel=yes", "qe": "", "mn": "", "ef": "", "eg": ""}
    return Town(
        {**EVASION, "p": (200, 0), "q": (300, 0)},
        {way: f"{STREET} {tags}" for way, tags in ways.items() if way not in left_out},
        relations=[(TURN + "no_left_turn", LEFT)],
        county=TOGETHER,
    )


BLOCK = Town(
    {"w": (-500, 0), "m": (0, 0), "e": (500, 0), "n": (0, 500), "k": (500, 500)},
    {"wm": STREET, "me": STREET, "mn": STREET, "ekn": STREET},
    relations=[(TURN + "no_left_turn", LEFT)],
    county=TOGETHER,
)
STUB = Town(
    {**CROSS, "p": (100, 0), "q": (100, 50)},
    {"wm": STREET, "mpe": STREET, "mn": STREET, "pq": "highway=service"},
    relations=[(TURN + "no_left_turn", LEFT)],
    county=TOGETHER,
)
TURNING_ROUND = [
    trip("nobody turns round at the next junction", evasion(), "drive", "w", "n", 1 + 1 + 0.4 + 0.4 + 1 + 1, 2),
    trip("nobody turns round at the next junction by bicycle", evasion(), "cycle", "w", "n", 2 * 4.8, 4),
    trip(
        "nobody turns round at the next junction after only straight on",
        evasion("only_straight_on", STRAIGHT),
        "drive",
        "w",
        "n",
        4.8,
        2,
    ),
    trip("walkers turn as they like", evasion(), "walk", "w", "n", 12),
    trip("the way around the block is shorter than turning round", BLOCK, "drive", "w", "n", 1 + 1 + 1 + 1, 2),
    trip("from beyond the junction back is no turn", evasion(), "drive", "e", "n", 2),
    trip("from the middle of the next street one may start either way", evasion(), "drive", (250, 0), "n", 1.5),
    trip(
        "nobody turns round in the middle of the next street", STUB, "drive", "w", "n", 1 + 0.2 + 2 * 50 * at(15) + 0.2 + 1, 2
    ),
    trip("a street that changes on the way has no junction there", changing(), "drive", "w", "n", 4.8, 2),
    trip("a dead end that changes on the way ends there", changing("ef", "eg"), "drive", "w", "n", 4, 2),
    trip("the next street is one-way, so nobody comes back", evasion(me="oneway=yes"), "drive", "w", "n", NO_WAY, 2),
]

# Two carriageways, w - m eastward and k - v westward, 20 m apart, joined by m - k.
DUAL = {"w": (-500, 0), "m": (0, 0), "e": (500, 0), "v": (-500, 20), "k": (0, 20), "f": (500, 20), "n": (0, 520)}
DUAL_WAYS = {
    "wm": f"{STREET} oneway=yes",
    "me": f"{STREET} oneway=yes",
    "fk": f"{STREET} oneway=yes",
    "kv": f"{STREET} oneway=yes",
    "mk": STREET,
    "kn": STREET,
    "wv": STREET,
    "ef": STREET,
}


def dual(*relations: tuple[str, str], **tags: str) -> Town:
    """Return two one-way carriageways that are joined at their ends and in the middle, where a street goes north."""
    ways = {way: f"{own} {tags.get(way, '')}" for way, own in DUAL_WAYS.items()}
    return Town(DUAL, ways, relations=relations, county=TOGETHER)


NO_U = (TURN + "no_u_turn", "from:wm via:mk to:kv")
ONLY_VIA = (TURN + "only_left_turn", "from:wm via:mk to:kn")
OVER_WAYS = [
    trip("turning round between carriageways", dual(), "drive", (-100, 0), (-100, 20), 0.2 + 0.04 + 0.2, 0.8 + 0.04 + 0.8),
    trip(
        "no u-turn over the way between them: at the end of the road",
        dual(NO_U),
        "drive",
        (-100, 0),
        (-100, 20),
        0.2 + 1 + 0.04 + 1 + 0.2,
        1.64,
    ),
    trip("no u-turn by bicycle", dual(NO_U), "cycle", (-100, 0), (-100, 20), 0.4 + 2 + 0.08 + 2 + 0.4, 3.28),
    trip(
        "no u-turn for cars only",
        dual(("type=restriction restriction:motorcar=no_u_turn", NO_U[1])),
        "cycle",
        (-100, 0),
        (-100, 20),
        0.88,
        3.28,
    ),
    trip("no u-turn on foot", dual(NO_U), "walk", (-100, 0), (-100, 20), 220 * at(5)),
    trip(
        "left turn over the way between them beside no u-turn",
        dual(NO_U),
        "drive",
        (-100, 0),
        "n",
        0.2 + 0.04 + 1,
        1 + 1 + 0.04 + 0.8,
    ),
    trip(
        "from the street onto the carriageway beside no u-turn",
        dual(NO_U),
        "drive",
        "n",
        (-100, 20),
        1.2,
        0.8 + 0.04 + 0.8 + 0.2 + 0.04 + 1,
    ),
    trip("to a house on the way between them", dual(NO_U), "drive", (-100, 0), (0, 10), 0.22, 0.02 + 0.8 + 0.2 + 0.04 + 0.8),
    trip("from a house on the way between them", dual(NO_U), "drive", (0, 10), (-100, 20), 0.02 + 0.2, 0.8 + 0.04 + 1 + 0.02),
    trip(
        "only left over the way between them: not back",
        dual(ONLY_VIA),
        "drive",
        (-100, 0),
        (-100, 20),
        0.2 + 1 + 0.04 + 1 + 0.2,
        1.64,
    ),
    trip(
        "only left over the way between them: straight on past it",
        dual(ONLY_VIA),
        "drive",
        (-100, 0),
        "e",
        1.2,
        0.04 + 1 + 1 + 0.04 + 0.8,
    ),
    trip("only left over the way between them: to the left", dual(ONLY_VIA), "drive", (-100, 0), "n", 1.24, 1 + 1 + 0.04 + 0.8),
]

# Who may not turn after b - c first drives into the side street at b, turns round at its end, and comes from there.
LADDER = {
    "a": (0, 0),
    "b": (500, 0),
    "c": (1000, 0),
    "d": (1500, 0),
    "x": (500, 300),
    "y": (1000, 300),
    "z": (1500, 300),
    "e": (2000, 0),
}


def ladder(*relations: tuple[str, str]) -> Town:
    """Return a street a-b-c-d-e with side streets of 300 m at b, c and d."""
    ways = dict.fromkeys(("ab", "bc", "cd", "de", "bx", "cy", "dz"), STREET)
    return Town(LADDER, ways, relations=relations, county=TOGETHER)


ONE_VIA = (TURN + "no_left_turn", "from:ab via:bc to:cy")
TWO_VIA = (TURN + "no_left_turn", "from:ab via:bc via:cd to:dz")
ONLY_TWO = (ONLY, "from:ab via:bc via:cd to:de")
VIA_WAYS = [
    trip("over a way: the turn after it is forbidden", ladder(ONE_VIA), "drive", "a", "y", 1 + 0.6 + 0.6 + 1 + 0.6, 2.6),
    trip("over a way: straight on is allowed", ladder(ONE_VIA), "drive", "a", "d", 3),
    trip("over a way: from the side street the turn is allowed", ladder(ONE_VIA), "drive", "x", "y", 2.2),
    trip("over a way: from the way itself the turn is allowed", ladder(ONE_VIA), "drive", (600, 0), "y", 1.4),
    trip("over a way: a trip that ends on it", ladder(ONE_VIA), "drive", "a", (900, 0), 1.8),
    trip("over a way: on foot", ladder(ONE_VIA), "walk", "a", "y", 1300 * at(5)),
    trip(
        "over two ways: the turn after them is forbidden", ladder(TWO_VIA), "drive", "a", "z", 1 + 0.6 + 0.6 + 1 + 1 + 0.6, 3.6
    ),
    trip("over two ways: a turn after the first is allowed", ladder(TWO_VIA), "drive", "a", "y", 2.6),
    trip("over two ways: from a side street between", ladder(TWO_VIA), "drive", "x", "z", 3.2),
    trip("over two ways: from a side street after the first", ladder(TWO_VIA), "drive", "y", "z", 2.2),
    trip("over two ways: from the last of them", ladder(TWO_VIA), "drive", (1100, 0), "z", 1.4),
    trip("over two ways: straight on", ladder(TWO_VIA), "drive", "a", "e", 4),
    trip("over two ways by bicycle", ladder(TWO_VIA), "cycle", "a", "z", 2 * 4.8, 7.2),
    trip("only over two ways: straight on", ladder(ONLY_TWO), "drive", "a", "e", 4),
    trip("only over two ways: to a side street before them", ladder(ONLY_TWO), "drive", "a", "x", 1.6),
    trip(
        "only over two ways: to a side street between them", ladder(ONLY_TWO), "drive", "a", "y", 1 + 0.6 + 0.6 + 1 + 0.6, 2.6
    ),
    trip("only over two ways: to the last side street", ladder(ONLY_TWO), "drive", "a", "z", 1 + 0.6 + 0.6 + 1 + 1 + 0.6, 3.6),
    trip("only over two ways binds those from the first way only", ladder(ONLY_TWO), "drive", "x", "y", 2.2),
]

SPLIT = Town(
    {**CROSS, "p": (-250, 0), "q": (-250, 300), "r": (0, 250)},
    {"wpm": STREET, "me": STREET, "mrn": STREET, "ms": STREET, "pq": STREET},
    relations=[(TURN + "no_left_turn", "from:wpm via:m to:mrn")],
    county=TOGETHER,
)
FROM_WAYS = [
    trip("from a side street of the way before the turn", SPLIT, "drive", "q", "n", 0.6 + 0.5 + 3, 0.6 + 0.5 + 1),
    trip("along the way before the turn to its side street", SPLIT, "drive", "w", "q", 1.1),
    trip("from the way before the turn away from it", SPLIT, "drive", (-100, 0), "q", 0.3 + 0.6),
]


@pytest.mark.parametrize(
    "case", [*SIMPLE, *WHOM, *WHOM_ELSE, *AT_ENDS, *SEVERAL, *TURNING_ROUND, *OVER_WAYS, *VIA_WAYS, *FROM_WAYS]
)
def test_minutes(case: Trip) -> None:
    case.check()
