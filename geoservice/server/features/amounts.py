"""How many of the matched features a page contains, and how to get the others: link titles, and a sentence of HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from geoservice.server import pages
from geoservice.server.deps import RequestContext
from geoservice.server.features.file_formats import WRITERS
from geoservice.server.features.paging import page_query
from geoservice.server.features.params import MAX_LIMIT
from geoservice.server.formats import MEDIA
from geoservice.server.links import Link

LARGER_LIMIT = 1000
"""The larger limit that HTML pages link to."""

TEXTS = {
    "en": {
        "some": "{returned} of {matched} features", "unknown": "{returned} features, and there may be more",
        "next": "this page has {some}; limit may be up to {max}", "all": "all {matched} features: {name}",
        "every": "all features: {name}",
        "more": "More: {limit} (at most {max} per page), {next}.", "files": "All of them as a file:", "end": ".",
    },
    "zh": {
        "some": "共{matched}个要素，本页{returned}个", "unknown": "本页{returned}个要素，可能还有更多",
        "next": "{some}；limit最大为{max}", "all": "全部{matched}个要素：{name}",
        "every": "全部要素：{name}",
        "more": "更多：{limit}（每页最多{max}个）、{next}。", "files": "下载全部：", "end": "。",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Amount:
    """The number of features on a page and of all matched features; ``matched`` is None if it is unknown."""

    returned: int
    matched: int | None
    language: str

    def _text(self, key: str, **values: object) -> str:
        amounts = {"returned": self.returned, "matched": self.matched, "max": MAX_LIMIT}
        return TEXTS[self.language][key].format(**amounts, **values)

    @property
    def some(self) -> str:
        """Return the two numbers as text, without a full stop."""
        return self._text("unknown" if self.matched is None else "some")

    @property
    def next_title(self) -> str:
        """Return the title of the link to the next page."""
        return self._text("next", some=self.some)

    def file_title(self, name: str) -> str:
        """Return the title of a link to all features in a format."""
        return self._text("every" if self.matched is None else "all", name=name)

    def sentence(self, context: RequestContext, links: Sequence[Link]) -> str:
        """Return an HTML sentence with the number of features on the page, and links to more and to all of them."""
        texts, by_rel = pages.LABELS[self.language], {i["rel"]: i["href"] for i in links}
        parts = [self.some + self._text("end")]
        if "next" in by_rel:
            next_page = pages.anchor(by_rel["next"], texts["next"])
            parts.append(self._text("more", limit=larger_limit(context), next=next_page))
        names = {MEDIA[f]: texts[f] for f in WRITERS}
        files = [pages.anchor(i["href"], names[i["type"]]) for i in links if i["type"] in names]
        return f"<p>{' '.join(parts)} {self._text('files')} {', '.join(files)}</p>"


def larger_limit(context: RequestContext) -> str:
    """Return a link to a larger page from the start of the selection."""
    limit = LARGER_LIMIT if int(context.query.get("limit", "0")) < LARGER_LIMIT else MAX_LIMIT
    return pages.anchor(context.urls.to(context.path, page_query(context.query, "limit", str(limit))), f"limit={limit}")
