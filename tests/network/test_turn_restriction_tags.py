"""Whom a turn restriction binds, and whether it forbids a turn or all others."""

import pytest
from passages import tags_of

from geoservice.network.rules import has_conditional, turn_restriction

ROWS = """
restriction=no_left_turn                                               - no no
restriction=no_right_turn                                              - no no
restriction=no_straight_on                                             - no no
restriction=no_u_turn                                                  - no no
restriction=no_entry                                                   - no no
restriction=no_exit                                                    - no no
restriction=NO_left_turn                                               - no no
restriction=only_straight_on                                           - only only
restriction=only_right_turn                                            - only only
restriction=only_left_turn                                             - only only
restriction=only_u_turn                                                - only only
restriction=no                                                         - - -
restriction=none                                                       - - -
restriction=give_way                                                   - - -
restriction=                                                           - - -
type=restriction                                                       - - -
restriction=no_left_turn except=bicycle                                - - no
restriction=no_left_turn except=psv                                    - no no
restriction=no_left_turn except=motorcar                               - no -
restriction=no_left_turn except=motor_vehicle                          - no -
restriction=no_left_turn except=vehicle                                - - -
restriction=no_left_turn except=psv;bicycle                            - - no
restriction=no_left_turn except=psv;~motorcar                          - no -
restriction=no_left_turn except=Bicycle                                - - no
restriction=only_straight_on except=bicycle                            - - only
restriction:motorcar=no_left_turn                                      - - no
restriction:motor_vehicle=no_left_turn                                 - - no
restriction:vehicle=no_left_turn                                       - no no
restriction:bicycle=no_left_turn                                       - no -
restriction:hgv=no_left_turn                                           - - -
restriction:bus=only_straight_on                                       - - -
restriction:foot=no_left_turn                                          - - -
restriction=no_left_turn restriction:bicycle=none                      - - no
restriction=no_left_turn restriction:bicycle=only_straight_on          - only no
restriction=no_left_turn restriction:motorcar=only_right_turn          - no only
restriction:motor_vehicle=no_u_turn except=motorcar                    - - -
type=restriction restriction=no_left_turn                              - no no
type=restriction:hgv restriction=no_left_turn                          - - -
type=restriction:bicycle restriction=no_left_turn                      - no -
type=restriction:motorcar restriction=no_left_turn                     - - no
type=restriction:vehicle restriction=no_left_turn                      - no no
restriction:conditional=no_left_turn@(Mo-Fr)                           - - -
restriction:motorcar:conditional=no_left_turn@(Mo-Fr)                  - - -
restriction=no_u_turn restriction:conditional=no_left_turn@(Mo-Fr)     - no no
"""


@pytest.mark.parametrize(("tags", "walk", "cycle", "drive"), [line.rsplit(maxsplit=3) for line in ROWS.strip().splitlines()])
def test_whom_a_restriction_binds(tags: str, walk: str, cycle: str, drive: str) -> None:
    assert [turn_restriction(tags_of(tags), mode) or "-" for mode in ("walk", "cycle", "drive")] == [walk, cycle, drive]


@pytest.mark.parametrize(
    ("tags", "conditional"),
    [
        ("restriction=no_left_turn", False),
        ("restriction:conditional=no_left_turn@(Mo-Fr)", True),
        ("highway=service access=no", False),
        ("highway=service access:conditional=yes@(Sa)", True),
        ("highway=primary maxspeed=50 maxspeed:conditional=30@(22:00-06:00)", True),
        ("barrier=gate motor_vehicle:conditional=no@winter", True),
    ],
)
def test_tags_with_a_condition_are_recognised(tags: str, conditional: bool) -> None:
    assert has_conditional(tags_of(tags)) is conditional
