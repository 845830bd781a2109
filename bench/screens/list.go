package main

// theCase are the verbs that begin the case that is seen; {name} stands for what an
// earlier one made.
var theCase = []struct {
	name string
	verb []string
}{
	{"case", []string{"case", "new", "Who is paid for the cloud of ICE, and through whom"}},
	{"guard", []string{"cite", "cottage-grove-contract.pdf", "--quote", "U.S. IMMIGRATION AND CUSTOMS ENFORC"}},
	{"printer", []string{"cite", "stratasys_contract.pdf", "--quote", "$20,608.00"}},
	{"paid", []string{"case", "claim", "{case}", "ICE obligated 20,608.00 dollars to Stratasys for a machine tool", "--heading", "The contracts"}},
	{"", []string{"case", "cite", "{case}", "{paid}", "{printer}"}},
	{"", []string{"case", "state", "{case}", "{paid}", "stated"}},
	{"", []string{"case", "state", "{case}", "{paid}", "confirmed"}},
	{"office", []string{"case", "claim", "{case}", "The order of Cottage Grove was placed by an office of ICE", "--heading", "The contracts"}},
	{"", []string{"case", "cite", "{case}", "{office}", "{guard}"}},
	{"", []string{"case", "state", "{case}", "{office}", "stated"}},
	{"", []string{"case", "claim", "{case}", "Four Points Technology sells ICE capacity of Amazon Web Services", "--heading", "The chain"}},
	{"no", []string{"case", "claim", "{case}", "ICE buys from Amazon Web Services without a reseller", "--heading", "The chain"}},
	{"", []string{"case", "state", "{case}", "{no}", "rejected", "--reason", "No contract here is with the company itself"}},
	{"", []string{"case", "subject", "{case}", "Four Points Technology"}},
	{"", []string{"case", "subject", "{case}", "ICE"}},
	{"", []string{"case", "exhibit", "{case}", "{printer}", "--title", "Value of the Stratasys award"}},
	{"event", []string{"case", "event", "{case}", "2023-10-25", "The maker of the ammunition tells of its contract with CBP"}},
	{"", []string{"case", "event", "{case}", "2025-03", "The forms of the awards are saved"}},
	{"", []string{"case", "event", "{case}", "2020-10/2024-09", "Four fiscal years of contract actions"}},
	{"", []string{"case", "task", "{case}", "Ask Four Points Technology what the orders of 2023 are for", "--until", "2026-12-15"}},
	{"", []string{"case", "note", "{case}", "The list of fiscal year 2023 ends where it should have negatives: ask for the rest.", "--of", "{paid}"}},
}

// Sizes and looks of pictures.
const (
	wide, phone = 1366, 390
	light, dark = "light", "dark"
	english     = "en"
	arabic      = "ar"
)

// A screen is one picture: where it is, what is pressed there first, how it is looked at,
// and what it shows, in a sentence. {name} is an id of the case, {e:words} of an entity.
type screen struct {
	name, at string
	press    []string // selectors
	language string
	theme    string
	width    int
	height   int
	says     string
}

var screens = []screen{
	{"desk", "/", nil, english, light, wide, 900, "The desk: own cases, what came in last, and what could not be read."},
	{"search", "/search?q=award", nil, english, light, wide, 900, "Search: passages and entities in one list, with what was not searched and why."},
	{"search-beside", "/search?q=cloud+storage&kind=entity", []string{".hit h2 a, .hit [data-preview]"}, english, dark, wide, 900, "A hit opens beside the list."},
	{"entity-facts", "/e/{e:Four Points Technology}/facts", nil, english, light, wide, 900, "An entity: every value with the number of its sources, which is a link to them."},
	{"value-beside", "/e/{e:ICE}/facts", []string{".facts a.chip"}, english, light, wide, 900, "One press on a chip opens the place a value was read from, beside it."},
	{"entity-links", "/e/{e:AWS GovCloud}/links", nil, english, light, wide, 1100, "Its links as a picture, and as a table by kind and direction."},
	{"entity-money", "/e/{e:Four Points Technology}/money", nil, english, light, wide, 1100, "Money by year, payer or contract; kinds are never added together."},
	{"sum", "/e/{e:Four Points Technology}/money", []string{"table a.chip.computed"}, english, light, wide, 900, "A sum opens into the rows it is made of."},
	{"entity-mentions", "/e/{e:ICE}/mentions", nil, english, light, wide, 900, "Where documents name it: suggestions, until a person accepts one."},
	{"entity-reach", "/e/{e:SEVIS}/reach", nil, english, light, wide, 1100, "Who is documented to reach its data, and what was not looked for."},
	{"entity-history", "/e/{e:ICE}/history", nil, english, light, wide, 900, "Of which records it was made one, and why."},
	{"conflict", "/e/{e:ICE}/conflict", nil, english, light, wide, 900, "Where sources contradict each other."},
	{"trace-path", "/trace?from=ICE&to=Amazon+Web+Services&view=path", nil, english, light, wide, 1100, "Paths between two, hop by hop, each hop cited."},
	{"trace-flow", "/trace?from=ICE&view=flow", nil, english, light, wide, 1100, "Money of an office as a flow."},
	{"trace-flow-dark", "/trace?from=ICE&to=Four+Points+Technology&view=flow", nil, english, dark, wide, 900, "Money between two, in the dark look."},
	{"trace-net", "/trace?from=Palantir&view=net", nil, english, light, wide, 1100, "A network that grows by kind and count."},
	{"trace-table", "/trace?from=ICE&to=Amazon+Web+Services&view=table", nil, english, light, wide, 900, "The same as a table, to be saved as CSV."},
	{"trace-reach", "/trace?from=ICE&view=reach", nil, english, light, wide, 900, "Who reaches whose data: a dash is looked for and not found, a question mark not looked for."},
	{"trace-empty", "/trace", nil, english, light, wide, 900, "Where nothing is asked yet, the screen says how it begins."},
	{"document", "/d/{e:stratasys_contract.pdf}?p=1", nil, english, light, wide, 900, "A document: the page as it was, and its text beside it."},
	{"passage", "/search?q=20%2C608&kind=passage", []string{".hit h2 a"}, english, light, wide, 900, "A cited passage, marked on the page it stands on."},
	{"cases", "/cases", nil, english, light, wide, 900, "Own cases, and a new one."},
	{"case-board", "/c/{case}/board", nil, english, light, wide, 900, "The board of a case: claims by state, each with what it rests on."},
	{"case-board-dark", "/c/{case}/board", nil, english, dark, wide, 900, "The board in the dark look."},
	{"case-exhibits", "/c/{case}/exhibits", nil, english, light, wide, 900, "What was kept as an exhibit, and whom the case is about."},
	{"case-timeline", "/c/{case}/timeline", nil, english, light, wide, 900, "What happened, with dates as exact as they are known."},
	{"case-tasks", "/c/{case}/tasks", nil, english, light, wide, 900, "Tasks and notes."},
	{"case-check", "/c/{case}/check", nil, english, light, wide, 900, "Every cite opened again: what still says the same, and what does not."},
	{"case-people", "/c/{case}/people", nil, english, light, wide, 900, "Who works on the case."},
	{"case-history", "/c/{case}/history", nil, english, light, wide, 900, "Who did what in the case."},
	{"sources", "/sources", nil, english, light, wide, 900, "Sources: how much of each was read, and how much was not."},
	{"source", "/sources/us-procurement", nil, english, light, wide, 1100, "One source: its imports, its doubts, its failures."},
	{"audit", "/audit", nil, english, light, wide, 900, "Who asked what, for what purpose; reading it is a record too."},
	{"audit-record", "/audit", []string{"main table tbody a"}, english, light, wide, 900, "One record, with the proof that nobody took it out."},
	{"session", "/session", nil, english, light, wide, 900, "Purpose, language and look of the session."},
	{"nothing", "/nowhere", nil, english, light, wide, 600, "What is hidden and what is not there are told alike."},
	{"search-phone", "/search?q=award", nil, english, light, phone, 844, "Search on a telephone."},
	{"entity-phone", "/e/{e:Four Points Technology}/money", nil, english, dark, phone, 844, "Money on a telephone, dark."},
	{"case-phone", "/c/{case}/board", nil, english, light, phone, 844, "The board on a telephone."},
	{"search-arabic", "/search?q=award", nil, arabic, light, wide, 900, "Search from right to left; what sources say keeps its own direction."},
	{"entity-arabic", "/e/{e:Four Points Technology}/money", nil, arabic, light, wide, 1100, "Money in Arabic: amounts and names read as they are written."},
	{"trace-arabic", "/trace?from=ICE&to=Amazon+Web+Services&view=path", nil, arabic, dark, wide, 900, "A path in Arabic, dark."},
	{"case-arabic", "/c/{case}/board", nil, arabic, light, wide, 900, "The board in Arabic."},
	{"entity-arabic-phone", "/e/{e:Four Points Technology}/facts", nil, arabic, light, phone, 844, "An entity in Arabic on a telephone."},
}

// noPicture are addresses that give no page of their own.
var noPicture = []string{"/a/{name}", "/enter", "/find", "/trace.csv", "/d/{id}/picture", "/d/{id}/cite", "/"}
