"""Equal services and scorecards in Chinese: clicked, and free of faults by axe."""

import re

import pytest
from playwright.sync_api import Browser, expect

from .conftest import reader, watch
from .test_states import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_each_view_speaks_chinese(chromium: Browser, yixiu_server: str) -> None:
    context = reader(chromium, "zh-CN")
    watched = watch(context, f"{yixiu_server}/?lang=zh")
    page, found = watched.page, []
    page.locator("#tab-fairness").click()
    panel = page.locator("#results-body")
    expect(panel).to_contain_text("服务均等化")
    for kind in ("minutes", "load", "coverage"):
        page.locator("select[name=equal_kind]").select_option(kind)
        watched.settle()
    found += violations(page)
    page.locator("#tab-scorecard").click()
    expect(panel).to_contain_text(re.compile(r"记分卡：.+（.+）"))
    expect(panel.locator("tbody tr").first).to_contain_text(re.compile("达标|不能判定"))
    found += violations(page)
    assert found == []
    assert watched.faults == []
    context.close()
