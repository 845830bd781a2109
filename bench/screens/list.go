package main

import "slices"

// A step is a verb that makes something to be seen; {name} stands for what an earlier one
// made, {text} for a file of its text, and {RULE} for what a check list found.
type step struct {
	name string
	verb []string
	text string
	by   string // the user of this machine who does it, where it is another: see second
}

// second is whom the case has beside its owner: who writes does not approve. It is an
// account that every Linux has.
const second = "news"

// theCase are the steps that begin the case that is seen.
var theCase = []step{
	{name: "case", verb: []string{"case", "new", "Who is paid for the cloud of ICE, and through whom"}},
	{name: "guard", verb: []string{"cite", "cottage-grove-contract.pdf", "--quote", "U.S. IMMIGRATION AND CUSTOMS ENFORC"}},
	{name: "printer", verb: []string{"cite", "stratasys_contract.pdf", "--quote", "$20,608.00"}},
	{name: "paid", verb: []string{"case", "claim", "{case}", "ICE obligated 20,608.00 dollars to Stratasys for a machine tool", "--heading", "The contracts"}},
	{verb: []string{"case", "cite", "{case}", "{paid}", "{printer}"}},
	{verb: []string{"case", "state", "{case}", "{paid}", "stated"}},
	{verb: []string{"case", "state", "{case}", "{paid}", "confirmed"}},
	{name: "office", verb: []string{"case", "claim", "{case}", "The order of Cottage Grove was placed by an office of ICE", "--heading", "The contracts"}},
	{verb: []string{"case", "cite", "{case}", "{office}", "{guard}"}},
	{verb: []string{"case", "state", "{case}", "{office}", "stated"}},
	{verb: []string{"case", "claim", "{case}", "Four Points Technology sells ICE capacity of Amazon Web Services", "--heading", "The chain"}},
	{name: "no", verb: []string{"case", "claim", "{case}", "ICE buys from Amazon Web Services without a reseller", "--heading", "The chain"}},
	{verb: []string{"case", "state", "{case}", "{no}", "rejected", "--reason", "No contract here is with the company itself"}},
	{name: "points", verb: []string{"case", "subject", "{case}", "Four Points Technology"}},
	{name: "ice", verb: []string{"case", "subject", "{case}", "ICE"}},
	{verb: []string{"case", "exhibit", "{case}", "{printer}", "--title", "Value of the Stratasys award"}},
	{name: "event", verb: []string{"case", "event", "{case}", "2023-10-25", "The maker of the ammunition tells of its contract with CBP"}},
	{verb: []string{"case", "event", "{case}", "2025-03", "The forms of the awards are saved"}},
	{verb: []string{"case", "event", "{case}", "2020-10/2024-09", "Four fiscal years of contract actions"}},
	{verb: []string{"case", "task", "{case}", "Ask Four Points Technology what the orders of 2023 are for", "--until", "2026-12-15"}},
	{verb: []string{"case", "note", "{case}", "The list of fiscal year 2023 ends where it should have negatives: ask for the rest.", "--of", "{paid}"}},
	{verb: []string{"case", "member", "{case}", second, "--role", "editor"}},
	{name: "report", verb: []string{"report", "new", "{case}", "What ICE paid for a machine tool", "--text", "{text}"}, by: second, text: reportText},
	{verb: []string{"report", "check", "{case}", "{report}"}, by: second},
	{verb: []string{"report", "waive", "{case}", "{report}", "{licence}", "--reason", "A form of a public office, which nobody owns"}, by: second},
	{verb: []string{"report", "reply", "{case}", "{report}", "{ice}", "waived", "--reason", "The sentence says again what its own form says"}, by: second},
	{verb: []string{"report", "request", "{case}", "{report}"}, by: second},
	{verb: []string{"report", "approve", "{case}", "{report}"}},
	{verb: []string{"report", "publish", "{case}", "{report}"}},
	{verb: []string{"report", "edit", "{case}", "{report}", "{text}"}, by: second, text: reportText + "\nThe form is of one page more than the list of the actions tells.\n"},
	{verb: []string{"report", "request", "{case}", "{report}"}, by: second},
	{name: "draft", verb: []string{"report", "new", "{case}", "Through whom ICE buys capacity", "--text", "{text}"}, text: draftText},
	{verb: []string{"report", "comment", "{case}", "{draft}", "Since when, and who says so?", "--on", "sells ICE capacity of Amazon Web Services"}, by: second},
	{name: "palantir", verb: []string{"--case", "{case}", "watch", "add", "entity", "org-palantir"}},
	{verb: []string{"--case", "{case}", "watch", "add", "search", "\"cloud storage\""}},
	{verb: []string{"--case", "{case}", "watch", "add", "trace", "ICE", "Amazon Web Services", "--via", "money"}},
	{verb: []string{"judge", "org-palantir", "f153ac99c1c5f19e9030f27578241d295bb32d41", "--same", "--reason", "The same name, and the same products on the marketplace"}},
	{verb: []string{"judge", "org-palantir", "1e5240cb7802283ea5c962273800f3ffe977bd36", "--same", "--reason", "The name as the contracts write it"}},
	{name: "invited", verb: []string{"user", "add", "local:" + second}},
}

// Texts of the reports of the case.
const (
	reportText = "# The tool\n\nICE obligated 20,608.00 dollars to Stratasys for a machine tool [@{paid}].\n"
	draftText  = "# The chain\n\nFour Points Technology sells ICE capacity of Amazon Web Services.\n\nThe order of Cottage Grove was placed by an office of ICE [@{office}]. It is one of 4 forms that were saved.\n"
)

// Sizes and looks of pictures.
const (
	wide, phone = 1366, 390
	light, dark = "light", "dark"
	english     = "en"
	arabic      = "ar"
)

// makeKey makes a passkey, where one was invited.
const makeKey = "form[data-passkey] button.primary"

// A screen is one picture: where it is, what is pressed there first, how it is looked at,
// and what it shows, in a sentence. {name} is an id of the case, {e:words} of an entity.
type screen struct {
	name, at string
	press    []string // selectors, SELECTOR < FILE, or a time to wait
	language string
	theme    string
	width    int
	height   int
	says     string
}

// lookAt gives the table of -table to a form, and has it looked at.
var lookAt = []string{"#file < {table}", "form.drop button"}

// lookFurther are the presses behind lookAt that lead to a row, read by a known format, of
// which something is here.
var lookFurther = []string{"[data-key=t]", "a[rel=next]", "a[rel=next]", "a[rel=next]"}

// begun begins the import of it as its columns are guessed.
var begun = append(slices.Clone(lookAt), "form.import button[formaction*='/accept']", "form.import button[formaction*='/start']")

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
	{"report", "/c/{case}/report", nil, english, light, wide, 900, "The reports of a case, and where each stands."},
	{"report-editor", "/c/{case}/report?i={draft}", nil, english, light, wide, 1100, "A report is written: what speaks against it, and how it reads, beside the text."},
	{"report-editor-dark", "/c/{case}/report?i={draft}", nil, english, dark, wide, 1100, "The same in the dark look."},
	{"published", "/p/{case}.{report}/1", nil, english, light, wide, 900, "A published report: every sentence with what it rests on."},
	{"kept-view", "/trace?from=ICE&to=Four+Points+Technology&view=flow", []string{"form[action$='exhibits/view'] button", "article h3 a"}, english, light, wide, 1100, "A view that a case keeps, as it was."},
	{"review", "/review", nil, english, light, wide, 900, "What waits for a person: pairs that may be one."},
	{"review-pair", "/review/open", nil, english, light, wide, 1100, "One or two: a pair side by side, with what speaks for and against."},
	{"review-pair-dark", "/review/open", nil, english, dark, wide, 1100, "A pair in the dark look."},
	{"review-batch", "/review/open/batch", nil, english, light, wide, 900, "Many pairs that are alike, decided at once."},
	{"review-names", "/review/mentions", nil, english, light, wide, 1100, "Whom a document means by a name: the passage, and who may be meant."},
	{"review-names-dark", "/review/mentions", nil, english, dark, wide, 1100, "The same in the dark look."},
	{"judgements", "/review/judgements", nil, english, light, wide, 900, "What people judged, and how it is taken back."},
	{"bench", "/bench", nil, english, light, wide, 900, "How well entities are resolved, as measured."},
	{"import", "/import", nil, english, light, wide, 900, "Files are dropped here; nothing is written before it is started."},
	{"import-draft", "/import", lookAt, english, light, wide, 1100, "A table that nobody knows: what its columns become, and what comes of its rows."},
	{"import-draft-dark", "/import", lookAt, english, dark, wide, 1100, "The same in the dark look."},
	{"import-known", "/import", slices.Concat(lookAt, lookFurther, []string{".preview a[hx-get]"}), english, light, wide, 1100, "A row that is to come in, with the places it will be cited at, and what is here of it already."},
	{"watches", "/watches", nil, english, light, wide, 900, "What is asked again whenever something comes in."},
	{"watch", "/watches/{palantir}", nil, english, light, wide, 900, "What a watch told: what came, changed or went, with where it is said."},
	{"approvals", "/approvals", nil, english, light, wide, 900, "What waits for a second person."},
	{"me", "/me", nil, english, light, wide, 900, "Own passkeys, tokens and sessions."},
	{"users", "/users", nil, english, light, wide, 900, "Who signs in, and who is invited."},
	{"login", "//localhost/login", nil, english, light, wide, 600, "Signing in: there are no passwords."},
	{"login-dark", "//localhost/login", nil, english, dark, phone, 600, "Signing in on a telephone, dark."},
	{"enrol", "//localhost/{invited}", nil, english, light, wide, 600, "Who was invited makes the first passkey."},
	{"trace-large", "/trace?from=ICE&view=net&most=5000", nil, english, light, wide, 1100, "A large network, drawn whole."},
	{"trace-large-dark", "/trace?from=ICE&view=net&most=5000", nil, english, dark, wide, 1100, "The same in the dark look."},
	{"money-map", "/e/{e:ICE}/money?way=from&by=country", nil, english, light, wide, 1100, "Money by country, as a map and a table."},
	{"money-map-dark", "/e/{e:ICE}/money?way=from&by=country", nil, english, dark, wide, 1100, "The map in the dark look."},
	{"report-phone", "/c/{case}/report?i={draft}", nil, english, light, phone, 844, "A report on a telephone."},
	{"review-phone", "/review/open", nil, english, light, phone, 844, "A pair on a telephone."},
	{"import-phone", "/import", lookAt, english, light, phone, 844, "A draft of an import on a telephone."},
	{"watch-phone", "/watches/{palantir}", nil, english, dark, phone, 844, "A watch on a telephone, dark."},
	{"map-phone", "/e/{e:ICE}/money?way=from&by=country", nil, english, light, phone, 844, "The map on a telephone."},
	{"search-phone", "/search?q=award", nil, english, light, phone, 844, "Search on a telephone."},
	{"entity-phone", "/e/{e:Four Points Technology}/money", nil, english, dark, phone, 844, "Money on a telephone, dark."},
	{"case-phone", "/c/{case}/board", nil, english, light, phone, 844, "The board on a telephone."},
	{"search-arabic", "/search?q=award", nil, arabic, light, wide, 900, "Search from right to left; what sources say keeps its own direction."},
	{"entity-arabic", "/e/{e:Four Points Technology}/money", nil, arabic, light, wide, 1100, "Money in Arabic: amounts and names read as they are written."},
	{"trace-arabic", "/trace?from=ICE&to=Amazon+Web+Services&view=path", nil, arabic, dark, wide, 900, "A path in Arabic, dark."},
	{"case-arabic", "/c/{case}/board", nil, arabic, light, wide, 900, "The board in Arabic."},
	{"entity-arabic-phone", "/e/{e:Four Points Technology}/facts", nil, arabic, light, phone, 844, "An entity in Arabic on a telephone."},
	{"report-arabic", "/c/{case}/report?i={draft}", nil, arabic, light, wide, 1100, "A report in Arabic."},
	{"review-names-arabic", "/review/mentions", nil, arabic, light, wide, 1100, "A name in a document, in Arabic."},
	{"review-arabic", "/review/open", nil, arabic, light, wide, 1100, "A pair in Arabic."},
	{"import-arabic", "/import", lookAt, arabic, light, wide, 1100, "A draft of an import in Arabic."},
	{"watches-arabic", "/watches", nil, arabic, light, wide, 900, "What is watched, in Arabic."},
	{"map-arabic", "/e/{e:ICE}/money?way=from&by=country", nil, arabic, light, wide, 1100, "The map in Arabic."},
	{"import-run", "/import", append(slices.Clone(begun), "10s"), english, light, wide, 900, "An import, as it ended: what came in, and what did not."},
	{"mapping", "/import", append(slices.Clone(begun), "nav a[href='/import']", "main a[href^='/mappings/']"), english, light, wide, 1000, "A mapping that was made for an import, as it is written."},
	{"confirm", "//localhost/{invited}", []string{makeKey, "5m", "form:has([value=token]) button"}, english, light, wide, 600, "What matters asks for a passkey that was just used."},
}

// noPicture are addresses that give no page of their own.
var noPicture = []string{"/a/{name}", "/enter", "/find", "/d/{id}/picture", "/d/{id}/cite", "/trace.csv",
	"/c/{case}/view/{item}/picture", "/p/{slug}/{version}/{file...}", "/review/judgements.csv", "/bench.csv", "/import/{import}/events",
	"/import/{import}/failures.csv", "/login/oidc/{issuer}", "/login/oidc/{issuer}/back", "/",
}
