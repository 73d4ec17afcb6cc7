"""How much of a selection a page holds and how to get the rest: titles of links for programs, a sentence for people."""

from collections.abc import Sequence
from dataclasses import dataclass

from geoservice.server import pages
from geoservice.server.deps import RequestContext
from geoservice.server.features.paging import turned
from geoservice.server.features.params import MAX_LIMIT
from geoservice.server.features.writers import WRITERS
from geoservice.server.formats import MEDIA
from geoservice.server.links import Link

LARGER = 1000
"""The limit that a page for people offers."""

TEXTS = {
    "en": {
        "some": "{returned} of {matched} features", "unknown": "{returned} features, and there may be more",
        "next": "{some} are here; limit may be up to {most}", "all": "all {matched} features: {name}",
        "every": "all features: {name}",
        "more": "More: {limit} (at most {most} a page), {next}.", "whole": "All of them as a file:", "end": ".",
    },
    "zh": {
        "some": "共{matched}个要素，本页{returned}个", "unknown": "本页{returned}个要素，可能还有更多",
        "next": "{some}；limit最大为{most}", "all": "全部{matched}个要素：{name}",
        "every": "全部要素：{name}",
        "more": "更多：{limit}（每页最多{most}个）、{next}。", "whole": "下载全部：", "end": "。",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Amount:
    """How many features a page holds, of how many; ``matched`` is None where that is not known."""

    returned: int
    matched: int | None
    language: str

    def _text(self, key: str, **words: object) -> str:
        facts = {"returned": self.returned, "matched": self.matched, "most": MAX_LIMIT}
        return TEXTS[self.language][key].format(**facts, **words)

    @property
    def some(self) -> str:
        """Return how many of how many, without a full stop."""
        return self._text("unknown" if self.matched is None else "some")

    @property
    def next_title(self) -> str:
        """Return the title of the link to the next page."""
        return self._text("next", some=self.some)

    def file_title(self, name: str) -> str:
        """Return the title of a link to all features in a format."""
        return self._text("every" if self.matched is None else "all", name=name)

    def sentence(self, ask: RequestContext, links: Sequence[Link]) -> str:
        """Return as HTML how many features are shown, and links to more and to all of them."""
        words, by_rel = pages.WORDS[self.language], {i["rel"]: i["href"] for i in links}
        parts = [self.some + self._text("end")]
        if "next" in by_rel:
            onward = pages.anchor(by_rel["next"], words["next"])
            parts.append(self._text("more", limit=larger_limit(ask), next=onward))
        names = {MEDIA[f]: words[f] for f in WRITERS}
        files = [pages.anchor(i["href"], names[i["type"]]) for i in links if i["type"] in names]
        return f"<p>{' '.join(parts)} {self._text('whole')} {', '.join(files)}</p>"


def larger_limit(ask: RequestContext) -> str:
    """Return a link to a larger page from the start of the selection."""
    limit = LARGER if int(ask.query.get("limit", "0")) < LARGER else MAX_LIMIT
    return pages.anchor(ask.urls.to(ask.path, turned(ask.query, "limit", str(limit))), f"limit={limit}")
