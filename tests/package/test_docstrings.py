"""Public docstrings have the numpydoc form, and their sections are correct."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest
from numpydoc.validate import validate

import geoservice

# sections that a short docstring of this house does without
NOT_ASKED = {"EX01", "ES01", "PR01", "PR04", "PR07", "RT01", "RT03", "SA01", "SS02", "SS05", "YD01"}


def _modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(geoservice.__path__, "geoservice."):
        if not module.name.endswith("__main__"):
            yield module.name


@pytest.mark.parametrize("name", list(_modules()))
def test_docstrings_have_the_numpydoc_form(name: str) -> None:
    module = importlib.import_module(name)
    faults = []
    for word, thing in vars(module).items():
        here = getattr(thing, "__module__", None) == name and (inspect.isfunction(thing) or inspect.isclass(thing))
        if here and not word.startswith("_"):
            found = validate(f"{name}.{word}")["errors"]
            faults += [f"{word}: {code} {text}" for code, text in found if code not in NOT_ASKED]
    assert not faults
