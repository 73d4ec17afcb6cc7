"""What the readers of an address with street and number share: the text, what country it is like, the elements so far."""

import re

from geoservice.addresses.elements import Element, ElementKind
from geoservice.addresses.street_words import REGION_WORD, STATE

K = ElementKind
Span = tuple[int, int]
_FINNISH_CITY = re.compile(
    r"\b\d{5} (?:Helsinki|Helsingfors|Espoo|Esbo|Vantaa|Vanda|Tampere|Tammerfors|Turku|Åbo|Oulu|Uleåborg|Lahti|"
    r"Kuopio|Jyväskylä|Pori|Vaasa|Vasa|Joensuu|Porvoo|Borgå)|\bFI-\d|\bFIN-\d|Finland|Suomi",
    re.IGNORECASE,
)
_POLISH = re.compile(r"\b\d{2}-\d{3}\b|\bul\. |\bos\. |\bPolska\b|\bPoland\b")
_AUSTRIAN = re.compile(r"\b(?:A-)?\d{4} |Österreich|Austria", re.IGNORECASE)
_CZECH = re.compile(r"\b\d{3} \d{2} |\b(?:Praha|Brno|Česk|Czech|Slovens|Ostrava|Plzeň)")
_SPANISH = re.compile(
    r"\bC/|\b(?:Urb|Calle|Avda|Avenida|Paseo|Plaza|Carrer|Ronda|Camino|Carretera|Ctra|Pol[íi]gono|Gran Vía|Av\. Diagonal|"
    r"Passeig|Rambla|Rúa|Pza\.?|Apartado)\b|España|Spain",
    re.IGNORECASE,
)
_AROUND = " ,;-:"


class StreetCursor:
    """The elements of an address so far; ``names`` are words of which later ones decide what they are."""

    def __init__(self, text: str, country: str) -> None:
        self.text, self.country = text, country
        self.elements: list[Element] = []
        self.names: list[Span] = []
        self.has_road = False
        self.finnish = country == "FI" or (not country and _FINNISH_CITY.search(text) is not None)
        self.polish = country == "PL" or (not country and _POLISH.search(text) is not None)
        self.spanish = country == "ES" or (not country and _SPANISH.search(text) is not None)
        self.czech = country in ("CZ", "SK") or (not country and _CZECH.search(text) is not None)
        self.austrian = country == "AT" or (not country and not self.czech and _AUSTRIAN.search(text) is not None)

    def add(self, kind: ElementKind, start: int, end: int) -> None:
        """Add an element without the spaces and signs around it."""
        start, end = self.trim(start, end)
        if start < end:
            self.elements.append(Element(kind, self.text[start:end], start, end))

    def trim(self, start: int, end: int) -> Span:
        """Return where a piece of text begins and ends without the spaces and signs around it."""
        while start < end and self.text[start] in _AROUND:
            start += 1
        while end > start and self.text[end - 1] in _AROUND:
            end -= 1
        return start, end

    def has(self, kind: ElementKind) -> bool:
        """Whether there is an element of a kind."""
        return any(element.kind is kind for element in self.elements)

    def is_region(self, span: Span) -> bool:
        """Whether words are the name of a state, county or province."""
        name = self.text[slice(*span)]
        return REGION_WORD.fullmatch(name) is not None or STATE.fullmatch(name) is not None
