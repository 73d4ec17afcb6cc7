"""Words of addresses in countries with streets and numbers: what roads, flats, boxes, regions and countries are called."""

import re

_ROAD_ENDS = (
    "straße|strasse|straẞe|str|gasse|gässli|gassli|weg|wegli|platz|plätzli|allee|ring|ufer|damm|steig|stieg|"
    "zeile|markt|promenade|chaussee|brücke|graben|kai|pfad|steg|lände|gürtel|"
    "hof|tor|wall|stiege|berg|feld|winkel|bogen|straat|laan|gracht|plein|kade|dijk|singel|pad|dreef|steenweg|"
    "lei|vest|baan|markt|straatje|hof|gatan|gata|vägen|väg|gränd|torg|torget|"
    "stigen|allén|backen|kajen|vej|vejen|gade|gaden|allé|alle|stræde|plads|pladsen|vænget|torv|torvet|"
    "boulevard|parken|bakken|veien|vei|gate|gaten|plass|katu|tie|kuja|polku|ranta|"
    "puistotie|kaari|tori|bulevardi|esplanadi|väylä|raitti|penger|portti|laituri|aukio|rinne|utca|út|tér|körút|"
    "ulica|cesta|trg"
)
_ROAD_STARTS = (
    r"rue|r\.|avenue|ave\.?|av\.?|avda\.?|avd\.?|avenida|boulevard|bld\.?|bvd\.?|bd\.?|blvd\.?|place|pl\.?|"
    r"chemin|ch\.|chem\.?|route|rte\.?|impasse|imp\.|allée|allées|quai|cours|"
    r"passage|sentier|square|ruelle|villa|cité|rond-point|faubourg|fbg\.?|voie|montée|esplanade|promenade|via|"
    r"v\.le|viale|corso|c\.so|piazza|piazzale|p\.zza|p\.za|largo|l\.go|vicolo|strada|"
    r"contrada|lungomare|lungarno|salita|località|loc\.|fondamenta|calle|c/|cl\.?|cl/|paseo|p\.º|pº|plaza|"
    r"pza\.?|plza\.?|carrer|ronda|camino|cno\.?|carretera|ctra\.?|crta\.?|travesía|"
    r"travessera|passeig|pg\.?|rambla|glorieta|cuesta|costanilla|urbanización|urb\.?|polígono|pol\.|rua|avª|"
    r"travessa|tv\.?|trav\.|alameda|al\.|praça|pç\.?|praceta|estrada|estr\.|rodovia|rod\.|"
    r"beco|calçada|escadinhas|ladeira|quinta|ul\.|ulica|al\.|aleja|aleje|pl\.|plac|os\.|osiedle|rondo|skwer|"
    r"sítio|fazenda|chácara|ulice|náměstí|nám\.|třída|tř\.|nábřeží|nábř\.|am|an der|an den|im|in der|in den|"
    r"auf der|auf dem|auf den|unter den|unter der|zum|zur|bei der|beim|hinter|hinter der|hinterm|vor dem|"
    r"straße|strasse|am alten|obere|untere|alte|neue|große|kleine|lange|kurze|highway|county road|"
    r"state route|us route|route|op de|aan de|de|het"
)
_ROAD_WORDS = (
    "straße|strasse|gasse|weg|platz|allee|ring|street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|place|pl|"
    "square|sq|terrace|ter|boulevard|blvd|way|parkway|pkwy|highway|hwy|close|crescent|"
    "cres|gardens|gdns|grove|hill|mews|row|walk|circle|cir|trail|trl|broadway|embankment|quay|rise|yard|wharf|"
    "alley|plaza|loop|expressway|turnpike|strand|mall|parade|vale|green|gate|"
    "väg|gata|gränd|plan|torg|allé|plads|vej|gade|katu|tie|ranta|laan|straat|plein|reihe|linden|markt|náměstí|"
    "třída|nábřeží|utca|út|tér"
)
ROAD = re.compile(
    rf"(?:^|(?<=\W))(?:[\w.'’-]*(?:{_ROAD_ENDS})\b\.?(?:$|(?= \d)|(?=\s*$)|(?= [NSEW]{{1,2}}\b))|"
    rf"(?:{_ROAD_WORDS})\b\.?(?: (?:N|S|E|W|NE|NW|SE|SW|North|South|East|West))?\.?(?:$|(?= \d)))|"
    rf"^(?:[NSEW]\.? )?(?:{_ROAD_STARTS})(?:(?<=[./ºª])|(?= ))|^straße des|\bbroadway\b|^\d+(?:st|nd|rd|th) ",
    re.IGNORECASE,
)
"""Whether words are the name of a road, by how they begin or end."""
LEADING_ROAD = re.compile(rf"^(?:{_ROAD_STARTS})(?:(?<=[./ºª])|(?= ))", re.IGNORECASE)
ENGLISH_ROAD = re.compile(rf"\b(?:{_ROAD_WORDS})\b\.?(?: (?:N|S|E|W|NE|NW|SE|SW))?\.?$", re.IGNORECASE)

_UNIT_WORD = (
    r"lejlighed|lejl\.?|leil\.?|leilighet|gebäude|geb\.|edificio|stiege|stg\.?|tür|top|whg\.?|wohnung|apt\.?|app\.?|apartment|"
    r"appartement|appt\.?|apartamento|apto\.?|ap\.?|suite|ste\.?|unit|flat|floor|fl\.?|stock|og|eg|ug|dg|"
    r"obergeschoss|"
    r"erdgeschoss|dachgeschoss|etage|étage|ét\.|esc\.?|escalera|escalier|bât\.?|bâtiment|résidence|piso|puerta|"
    r"pta\.?|planta|bajos?|ático|principal|scala|sc\.?|interno|int\.?|piano|palazzina|bloco|bl\.?|andar|sala|"
    r"conjunto|conj\.?|cj\.?|casa|dto\.?|dta\.?|dcha\.?|izq\.?|izda\.?|esq\.?|fte\.?|fração|r/c|rés-do-chão|"
    r"cave|loja|lj\.?|tv\.?|th\.?|mf\.?|st\.? ?(?:tv|th|mf)\.?|kld?\.?|sal|lgh\.?|lägenhet|trappor|tr\.?|bus|"
    r"bte\.?|boîte|boite|m\.|lok\.|lokal|"
    r"mieszkanie|hinterhaus|vorderhaus|seitenflügel|rückgebäude|quergebäude|gartenhaus|links|rechts|mitte|"
    r"rez-de-chaussée|rdc|room|rm\.?|zimmer|byt|patro|vchod|block|haus|aufgang|rappu|"
    r"huoneisto|porte|digicode|basement|penthouse|ph|lot|tower|level|bsmt|rear|upper|lower|porta|portal|bloque|"
    r"blq\.?|hs|huis|kamer|verdieping|verd\.?|appartment|[hukl]\d{4}|3\. tv|"
    r"bureau|nave|porras|asunto|kerros|krs\.?|fundos|sobreloja"
)
UNIT = re.compile(
    r"(?:#\s?\d[\w-]*|\d{1,3}(?:\.|º|ª|er|e|ème|eme|st|nd|rd|th|\.º|\.ª|"
    rf"°)? ?(?:{_UNIT_WORD})(?!\w)[ .]*(?:[\w/.-]{{1,6}}(?: (?:{_UNIT_WORD})(?!\w)(?: [\w/-]{{1,5}})?)*)?|"
    rf"(?:{_UNIT_WORD})(?!\w)[ .]*(?:(?:nr|no|n°|"
    rf"nº)\.? ?)?(?:[\w/.-]{{1,8}})?(?:[ /](?:{_UNIT_WORD})(?!\w)[ .]*[\w/-]{{0,6}})*|"
    r"(?:[IVX]{1,4}|\d{1,2})\. ?em(?:elet|\.)(?: ?\d{1,3}\.?(?: ?ajtó)?)?|"
    r"(?:fszt|földszint|mfszt)\.?(?: ?\d{1,3}\.?)?|"
    r"\d{1,2}[aªoº] planta(?: [\w.]{1,4})?|"
    r"(?:\d{1,2}(?:r|n|t|è|º|ª|a)|pral\.?|entl\.?|baixos|àtic) \d{1,2}[aªº]|\d{1,2}\.?[ºª°](?: ?[A-Za-z]\b|"
    r" ?(?:dto|esq|dcha|izq|izda|fte|frente|centro|int|ext)\.?)?|[A-Z]\d{1,2}(?![\w])|\d{1,2}[ºª]?-[A-Z]\b)",
    re.IGNORECASE,
)
"""A flat, floor or entrance."""
BOX = re.compile(
    r"(?:postfach|p\.? ?o\.? ?box|post office box|postbus|postboks|postbox|box|case postale|cs|boîte postale|"
    r"b\.?p\.?|c\.?p\.?|casella postale|apartado(?: de correos)?|apdo\.?|caixa postal|skrytka pocztowa|"
    r"skr\. poczt\.|"
    r"pl|pb|postilokero|p\.o\. box|poste restante|p\.? ?přihrádka|poštovní přihrádka)(?: (?:nr|no|n°|"
    r"nº)\.?)? ?\d[\d ]{0,10}\d?(?= |$|,)(?:(?<=\d) sentrum\b)?|(?:postfach|case postale|casella postale)$",
    re.IGNORECASE,
)
COUNTRY_NAME = re.compile(
    r"(?:(?:republik |the )?(?:österreich|austria|autriche|deutschland|germany|allemagne|"
    r"bundesrepublik deutschland|schweiz|suisse|svizzera|switzerland|liechtenstein|fürstentum liechtenstein|"
    r"suomi|finland|"
    r"finlande|sverige|sweden|schweden|danmark|denmark|dänemark|norge|norway|norwegen|nederland|"
    r"the netherlands|netherlands|niederlande|belgique|belgië|belgium|belgien|france|frankreich|italia|italy|"
    r"italien|"
    r"españa|spain|spanien|portugal|brasil|brazil|polska|poland|polen|česká republika|česko|czech republic|"
    r"czechia|tschechien|slovensko|slovakia|united kingdom|great britain|england|scotland|wales|"
    r"northern ireland|"
    r"ireland|éire|irland|united states(?: of america)?|luxembourg|luxemburg|magyarország|hungary|ungarn|"
    r"canada|australia|new zealand|hrvatska|croatia|slovenija|slovenia|andorra|méxico|argentina|chile|"
    r"u\.?k\.?|u\.?s\.?a\.?|gb))\.?$",
    re.IGNORECASE,
)
COUNTRY_CODE = (
    "A|AT|D|DE|CH|FL|LI|FIN|FI|SF|S|SE|DK|N|NO|NL|B|BE|F|FR|I|IT|E|ES|P|PT|PL|CZ|SK|L|LU|LT|LV|EE|H|HU|SI|HR|AD|GB|US|BR"
)
POSTCODE = re.compile(
    rf"(?:(?<![\w-])(?P<country>{COUNTRY_CODE})[- ]?(?=\d)|(?<![\w/.-]))(?P<code>\d{{5}}-\d{{3,4}}|"
    r"\d{4}-\d{3}|\d{2}-\d{3}|\d{3} \d{2}(?= \D|$)|\d{4} ?[A-Z]{2}(?= |$)|\d{4,6}|"
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[AC-FHKNPRTV-Y]\d[\dW] ?[AC-FHKNPRTV-Y\d]{4}|AD\d{3})(?![\w/-])"
)
STRONG_POSTCODE = re.compile(r"\d{5}-\d{3,4}|\d{4}-\d{3}|\d{2}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|[A-Z].*")
STATE = re.compile(r"[A-Z]{2}(?=$| \d)|D\.?C\.?$|NSW$|VIC$|QLD$|TAS$|ACT$")
OF_AUSTRALIA = re.compile(r"\b(?:NSW|VIC|QLD|TAS|ACT|WA|SA|NT)$")
REGION_WORD = re.compile(
    r"\w+shire|kent|surrey|essex|devon|cornwall|norfolk|suffolk|dorset|somerset|cumbria|merseyside|"
    r"greater (?:london|manchester)|(?:east|west|north|south) (?:sussex|yorkshire|midlands)|county \w+|"
    r"co\. \w+|tyne and wear|"
    r"middlesex|rutland|isle of wight|fife|gwynedd|powys|dyfed|clwyd|gwent|bucks|berks|herts|hants|lancs|"
    r"leics|lincs|middx|northants|notts|oxon|staffs|wilts|worcs|yorks|cambs|beds|glos|warks|"
    r"ontario|qu[eé]bec|british columbia|alberta|manitoba|saskatchewan|nova scotia|new brunswick|new south wales|queensland|"
    r"south australia|western australia|tasmania|"
    r"burgenland|kärnten|niederösterreich|oberösterreich|salzburg|steiermark|tirol|vorarlberg|bayern|hessen|"
    r"sachsen|thüringen|brandenburg|saarland|niedersachsen|nordrhein-westfalen|baden-württemberg|"
    r"rheinland-pfalz|schleswig-holstein|uusimaa|skåne|alabama|alaska|arizona|arkansas|california|colorado|"
    r"connecticut|delaware|florida|georgia|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|"
    r"maryland|massachusetts|"
    r"michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|new mexico|"
    r"new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island|south carolina|"
    r"south dakota|tennessee|texas|utah|vermont|virginia|washington|west virginia|wisconsin|wyoming|andalucía|"
    r"cataluña|catalunya|comunidad de madrid|galicia|aragón|"
    r"île-de-france|bretagne|normandie|provence|toscana|lombardia|lazio|piemonte|sicilia|veneto|campania|"
    r"(?:woj\. |województwo )?(?:mazowieckie|małopolskie|śląskie|wielkopolskie|pomorskie)|"
    r"são paulo(?= *$)(?<!.)|minas gerais|bahia|paraná|"
    r"scotland(?<!.)|region \w+|kanton \w+|canton de \w+",
    re.IGNORECASE,
)
POI_WORD = re.compile(
    r"(?:Ed\.|Edifício|Immeuble|Condomínio|Cond\.|Residencial) .+|"
    r".+ (?:House|Business Park|Industrial Estate|Trading Estate|Retail Park|Shopping Centre|GmbH|Ltd\.?|Limited|AG|Inc\.?)"
)
"""A building or a firm that has a name."""
DISTRICT_WORD = re.compile(
    r"(?:OT|Ortsteil|Stadtteil|Bezirk|KG|bairro|Bairro|dzielnica|Frazione|Fraz\.|fraz\.|Barrio|Colonia|Col\.|"
    r"[Hh]ameau|Lugar|Povoado|Lieu-dit|lieu-dit) .+|"
    r"Conjunto [A-ZÀ-Ý][a-zà-ÿ]{3}.*|Zona (?:Rural|Industrial).*|Setor .+|Vila [A-ZÀ-Ý].+"
)
