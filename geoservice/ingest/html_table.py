"""Two-column tables, name and value, in HTML text: ArcGIS writes attributes this way into KML descriptions."""

from html.parser import HTMLParser


def table_rows(html: str) -> list[tuple[str, str | None]]:
    """Return name and value of the rows with exactly two cells; empty if the text holds no HTML table.

    >>> table_rows("<table><tr><td colspan=2>甲镇</td></tr><tr><td>代码</td><td>340811100</td></tr></table>")
    [('代码', '340811100')]
    """
    if "<td" not in html.lower():
        return []
    parser = _Rows()
    parser.feed(html)
    parser.close()
    return [(row[0].strip(), row[1].strip() or None) for row in parser.rows if len(row) == 2 and row[0].strip()]


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._within = False

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
        self._within = tag in {"td", "th"} or (self._within and tag not in {"tr", "table", "script", "style"})

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr", "table"}:
            self._within = False

    def handle_data(self, data: str) -> None:
        if self._within and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data
