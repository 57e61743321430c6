"""Small words that hold a question together: they open clauses, ask, list, and are passed by on the way to a thing."""

RELATIVES = frozenset({"who", "whose", "whom", "that", "which", "where", "when", "with", "having", "without"})
"""They open a clause that says which rows are meant."""
CLAUSE_ENDS = RELATIVES | {"but"}
NOR = frozenset({"nor", "也没有", "也不是"})
"""They begin a further clause of what is not so: `neither A nor B`, 既没有A也没有B."""
ASKING_RELATIVES = frozenset({"which", "who", "whose", "where", "when"})
"""Those that ask where a sentence begins with them."""
OPENERS = CLAUSE_ENDS | {
    "whoever", "of", "for", "in", "from", "by", "at", "on", "to", "among", "as", "than", "and", "or", "their", "its",
    "any", "all", "if", "under", "per", "the", "be", "之", "的", "both", "either",
}  # fmt: skip
PLACES = frozenset({"in", "from", "on", "for", "at", "of", "to"})
"""Words before a place or a whole, which may come before what is asked: `for the shop, which ...`."""
PASSED_BY = frozenset({"the", "of", "than", "的", "be", "to", "all", "any", "its", "their"})
"""Words that stand between an instruction and what it is about."""
ASKS = frozenset(
    {"what", "how", "list", "show", "give", "return", "find", "tell", "display", "select", "provide", "report", "count",
     "which", "compute", "calculate", "显示", "列出", "给出"}
)  # fmt: skip
HAVE = frozenset({"with", "has", "have", "having", "had"})
NAMED = frozenset({"named", "called", "名为", "叫", "名叫"})
TEXT_UNITS = frozenset({"word", "letter", "letters", "string", "substring", "character", "phrase", "text"})
"""Words before a part of a text: `the letter M`."""
VERBS = frozenset({
    "offer", "offers", "complete", "completes", "receive", "receives", "get", "gets", "got", "gotten", "take",
    "takes", "took", "taken", "make", "makes", "made", "give", "gives", "gave", "given", "hold", "holds", "held",
    "go", "goes", "went", "gone", "have", "do", "does", "did", "done", "see", "sees", "saw", "seen", "win", "wins",
    "won", "lead", "leads", "led", "run", "runs", "ran", "spend", "spends", "spent", "write", "writes", "wrote",
    "written", "teach", "teaches", "taught", "buy", "buys", "bought", "sell", "sells", "sold", "pay", "pays",
    "paid", "send", "sends", "sent", "visit", "visits", "attend", "attends", "belong", "belongs", "contain",
    "contains", "cost", "costs", "exist", "exists", "fly", "flies", "flew", "flown", "live", "lives", "own", "owns",
    "play", "plays", "produce", "produces", "publish", "publishes", "register", "registers", "release", "releases",
    "rent", "rents", "report", "reports", "require", "requires", "serve", "serves", "sing", "sings", "start",
    "starts", "stay", "stays", "study", "studies", "support", "supports", "use", "uses", "work", "works", "earn",
    "earns", "enroll", "enrolls", "create", "creates", "cover", "covers", "carry", "carried", "carries", "choose",
    "chooses", "chose", "chosen", "come", "comes", "came", "join", "joins", "know", "known", "treat", "treats",
    "perform", "performs", "undergo", "underwent", "prescribe", "prescribes", "become", "becomes", "became", "keep",
    "keeps", "kept",
    "ask", "asks", "lie", "lies", "speak", "speaks", "spoke", "spoken", "borrow", "borrows", "lend", "lends", "lent",
    "order", "orders", "book", "books", "host", "hosts", "manage", "manages", "include", "includes",
    "appear", "appears", "occur", "occurs", "happen", "happens", "begin", "begins", "began", "end", "ends", "finish",
    "return", "returns", "drive", "drives", "drove", "driven", "build", "builds", "built", "weigh", "weighs",
    "beat", "beats", "lose", "loses", "lost", "place", "places", "feed", "feeds", "fed", "grow", "grows", "grew",
    "grown", "charge", "charges", "provide", "provides", "operate", "operates", "deliver", "delivers", "meet", "meets",
    "met", "bring", "brings", "brought", "leave", "leaves", "left", "enter", "enters", "read", "reads", "call",
    "calls", "file", "files", "claim", "claims", "hire", "hires", "employ", "employs", "supply", "supplies", "wear",
    "eat", "eats", "ate", "eaten", "draw", "draws", "drew", "drawn", "paint", "paints", "show", "shows", "shown", "air",
    "airs", "train", "trains", "coach", "coaches", "set", "sets", "fall", "falls", "fell", "fit", "fits",
    "last", "lasts", "stand", "stands", "stood", "need", "needs", "want", "wants", "like", "likes", "love", "loves",
})  # fmt: skip
"""Verbs that only lead to what is said beside them: `received a yes`."""

HOW_MUCH = frozenset({"多少", "是多少", "为多少", "有多少"})
"""Words that ask how much as well as how many."""
