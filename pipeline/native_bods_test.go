package pipeline_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"overt/export"
	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/ledger"
	"overt/pipeline"
)

// leaves lists every value of a list of statements with its path, the statement
// being named by its id.
func leaves(t testing.TB, doc string) map[string]bool {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(doc))
	d.UseNumber()
	var list []map[string]any
	if err := d.Decode(&list); err != nil {
		t.Fatalf("%v: %.300s", err, doc)
	}
	out := map[string]bool{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				walk(path+"/"+k, x)
			}
		case []any:
			for i, x := range v {
				walk(fmt.Sprint(path, "/", i), x)
			}
		default:
			out[fmt.Sprintf("%s = %v", path, v)] = true
		}
	}
	for _, s := range list {
		walk(fmt.Sprint(s["statementId"]), s)
	}
	return out
}

// valid checks what version 0.4 of the standard requires of statements, as its
// JSON schema has it.
func valid(t testing.TB, doc string) {
	t.Helper()
	type object = map[string]any
	var list []object
	if err := json.Unmarshal([]byte(doc), &list); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range list {
		bad := func(form string, args ...any) {
			t.Helper()
			t.Errorf("statement %v: %s", s["statementId"], fmt.Sprintf(form, args...))
		}
		for _, key := range []string{"statementId", "statementDate", "declarationSubject", "recordId", "recordType", "recordDetails"} {
			if s[key] == nil || s[key] == "" {
				bad("no %s", key)
			}
		}
		if id, _ := s["statementId"].(string); len(id) < 32 || len(id) > 64 {
			bad("an id of %d characters", len(id))
		}
		oneOf(t, s["recordStatus"], "new", "updated", "closed")
		d, _ := s["recordDetails"].(object)
		if _, ok := d["isComponent"].(bool); !ok {
			bad("isComponent is not there")
		}
		switch s["recordType"] {
		case "entity":
			kind, _ := d["entityType"].(object)
			oneOf(t, kind["type"], "registeredEntity", "legalEntity", "arrangement", "anonymousEntity", "unknownEntity", "state", "stateBody")
		case "person":
			oneOf(t, d["personType"], "anonymousPerson", "unknownPerson", "knownPerson")
		case "relationship":
			for _, side := range []string{"subject", "interestedParty"} {
				if id, ok := d[side].(string); ok && !seen[id] {
					bad("%s %q has no statement before", side, id)
				} else if o, _ := d[side].(object); !ok && o["reason"] == nil {
					bad("%s is neither a record nor a reason", side)
				}
			}
			interests, _ := d["interests"].([]any)
			for _, i := range interests {
				i := i.(object)
				oneOf(t, i["directOrIndirect"], "direct", "indirect", "unknown", nil)
			}
		default:
			bad("a record of type %v", s["recordType"])
		}
		seen[s["recordId"].(string)] = true
		identifiers, _ := d["identifiers"].([]any)
		for _, i := range identifiers {
			if i := i.(object); i["scheme"] == nil && i["schemeName"] == nil {
				bad("an identifier without a scheme")
			}
		}
	}
}

func oneOf(t testing.TB, got any, want ...any) {
	t.Helper()
	if !slices.Contains(want, got) {
		t.Errorf("%v is none of %v", got, want)
	}
}

// TestOwnershipExamples: every value of the examples of the standard is in the
// export of each; what that gives, read again, is written the same.
func TestOwnershipExamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sharedtest.Path(t, "ftm", "bods-examples"), "*.json"))
	if err != nil || len(files) != 19 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			h := hometest.Memory(t)
			f := h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "d", Observed: "2025-07-08"}).Files[0]
			if f.Verdict != ledger.Read || f.Format != "bods" || len(f.Warnings) > 0 {
				t.Errorf("%s as %s: %s %+v %v", f.Verdict, f.Format, f.Reason, f.Reasons, f.Warnings)
			}
			cited(t, h, 300)
			out := written(t, h, export.BODS, export.Options{})
			if diff := gocmp.Diff(leaves(t, file(t, path)), leaves(t, out)); diff != "" {
				t.Errorf("values that came (-) and left (+) differ:\n%s", diff)
			}
			if got := again(t, export.BODS, export.Options{}, "out.json", out); got != out {
				t.Errorf("written again it differs:\n%s", gocmp.Diff(out, got))
			}
			if graph := again(t, export.FTM, export.Options{}, "out.json", out); graph != written(t, h, export.FTM, export.Options{}) {
				t.Error("read again it gives other entities")
			}
			valid(t, out)
		})
	}
}

// props gives the properties of an entity in a home, by id.
func props(t testing.TB, h *hometest.Home, id string) map[string]any {
	t.Helper()
	e := objects(t, written(t, h, export.FTM, export.Options{Raw: true}))[id]
	if e == nil {
		return nil
	}
	out := maps.Clone(e["properties"].(map[string]any))
	out["schema"] = e["schema"]
	return out
}

func list(values ...any) []any { return values }

const ownership = `[
{"statementId":"s1000000000000000000000000000000","statementDate":"2020-01-01","declarationSubject":"e1","recordId":"e1","recordType":"entity","recordStatus":"new","publicationDetails":{"publicationDate":"2020-01-02","bodsVersion":"0.4","publisher":{"name":"Register"}},
 "recordDetails":{"isComponent":false,"entityType":{"type":"registeredEntity"},"name":"Lamp Works","alternateNames":["Lamps"],"jurisdiction":{"name":"Delaware","code":"US-DE"},"foundingDate":"1999-01-02",
 "identifiers":[{"scheme":"XI-LEI","id":"5299000J2N45DDNE4Y28"},{"scheme":"GB-COH","id":"0123"},{"scheme":"US-EIN","id":"98-7"}],
 "addresses":[{"type":"registered","address":"1 Road","postCode":"AB1","country":{"name":"Ireland","code":"IE"}}],
 "publicListing":{"hasPublicListing":true,"securitiesListings":[{"stockExchangeJurisdiction":"GB","stockExchangeName":"X","security":{"ticker":"LMP"}}]}}},
{"statementId":"s2000000000000000000000000000000","statementDate":"2020-01-01","declarationSubject":"e1","recordId":"p1","recordType":"person","recordStatus":"new",
 "recordDetails":{"isComponent":false,"personType":"knownPerson","names":[{"type":"legal","fullName":"Ann Lee","givenName":"Ann","familyName":"Lee"},{"type":"former","fullName":"Ann Moe"}],
 "nationalities":[{"name":"Ireland","code":"IE"}],"taxResidencies":[{"name":"Mexico","code":"MX"}],"birthDate":"1970-05","identifiers":[{"scheme":"IRL-PASSPORT","id":"P1"}],"politicalExposure":{"status":"isPep","details":[{"reason":"Minister"}]}}},
{"statementId":"s3000000000000000000000000000000","statementDate":"2020-01-01","declarationSubject":"e1","recordId":"p2","recordType":"person","recordStatus":"new",
 "recordDetails":{"isComponent":false,"personType":"anonymousPerson","names":[{"fullName":"Unknown"}],"unspecifiedPersonDetails":{"reason":"interestedPartyExemptFromDisclosure","description":"a minor"}}},
{"statementId":"s4000000000000000000000000000000","statementDate":"2020-01-01","declarationSubject":"e1","recordId":"r1","recordType":"relationship","recordStatus":"new",
 "recordDetails":{"isComponent":false,"subject":"e1","interestedParty":"p1","interests":[{"type":"shareholding","directOrIndirect":"direct","share":{"exact":50},"startDate":"2019-01-01"},{"type":"boardMember","directOrIndirect":"direct","startDate":"2019-01-01"}]}},
{"statementId":"s5000000000000000000000000000000","statementDate":"2021-03-01","declarationSubject":"e1","recordId":"r1","recordType":"relationship","recordStatus":"updated",
 "recordDetails":{"isComponent":false,"subject":"e1","interestedParty":"p1","interests":[{"type":"shareholding","directOrIndirect":"direct","share":{"minimum":25,"exclusiveMaximum":30},"startDate":"2021-02-01","endDate":"2021-12-31"},{"type":"boardMember","directOrIndirect":"direct","startDate":"2019-01-01"}]}},
{"statementId":"s6000000000000000000000000000000","statementDate":"2022-06-01","declarationSubject":"e1","recordId":"r1","recordType":"relationship","recordStatus":"closed",
 "recordDetails":{"isComponent":false,"subject":"e1","interestedParty":"p1","interests":[{"type":"boardMember","directOrIndirect":"direct","startDate":"2019-01-01"}]}},
{"statementId":"s7000000000000000000000000000000","statementDate":"2020-01-01","declarationSubject":"e1","recordId":"r2","recordType":"relationship","recordStatus":"new",
 "recordDetails":{"isComponent":false,"subject":"e1","interestedParty":{"reason":"noBeneficialOwners","description":"none above 25%"}}},
{"statementId":"s8000000000000000000000000000000","statementDate":"2020-01-01","declarationSubject":"e1","recordId":"r3","recordType":"relationship","recordStatus":"new",
 "recordDetails":{"isComponent":false,"subject":"e1","interestedParty":"p2","interests":[{"type":"appointmentOfBoard","directOrIndirect":"indirect"}]}}
]`

// TestOwnership: what the model has words for becomes values, what ended has
// its end, and a party that is not named is no entity of that name.
func TestOwnership(t *testing.T) {
	h := hometest.Memory(t)
	if f := text(t, h, pipeline.Request{Dataset: "d"}, "own.json", ownership).Files[0]; f.Verdict != ledger.Read || len(f.Warnings) > 0 {
		t.Fatalf("%+v", f)
	}
	for id, want := range map[string]map[string]any{
		"e1": {
			"schema": "Company", "name": list("Lamp Works"), "alias": list("Lamps"), "jurisdiction": list("us"), "incorporationDate": list("1999-01-02"),
			"leiCode": list("5299000J2N45DDNE4Y28"), "registrationNumber": list("0123"), "taxNumber": list("98-7"), "address": list("1 Road, AB1, Ireland"), "country": list("ie"),
			"ticker": list("LMP"), "publisher": list("Register"), "modifiedAt": list("2020-01-01"), "notes": list("no interested party is named: none above 25% (noBeneficialOwners)"),
		},
		"p1": {
			"schema": "Person", "name": list("Ann Lee"), "previousName": list("Ann Moe"), "firstName": list("Ann"), "lastName": list("Lee"), "nationality": list("ie"), "country": list("mx"),
			"birthDate": list("1970-05"), "passportNumber": list("P1"), "topics": list("role.pep"), "position": list("Minister"), "modifiedAt": list("2020-01-01"),
		},
		"p2": {"schema": "Person", "notes": list("no name is given: a minor (interestedPartyExemptFromDisclosure)"), "modifiedAt": list("2020-01-01")},
	} {
		if diff := gocmp.Diff(want, props(t, h, id)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	var got []string
	for _, e := range objects(t, written(t, h, export.FTM, export.Options{Raw: true})) {
		p := e["properties"].(map[string]any)
		if p["role"] == nil {
			continue
		}
		ends := ""
		for _, side := range []string{"owner", "director", "controller", "asset", "organization", "controlled"} {
			if v, ok := p[side].([]any); ok {
				ends += fmt.Sprint(v[0], " ")
			}
		}
		got = append(got, fmt.Sprintf("%v %s%v%v%v%v%v", e["schema"], ends, p["role"], p["percentage"], p["ownershipType"], p["startDate"], p["endDate"]))
	}
	slices.Sort(got)
	want := []string{
		"Control p2 e1 [appointmentOfBoard]<nil><nil><nil><nil>",
		"Directorship p1 e1 [boardMember]<nil><nil>[2019-01-01][2022-06-01]",
		"Ownership p1 e1 [shareholding][25-30][direct][2021-02-01][2021-12-31]",
		"Ownership p1 e1 [shareholding][50][direct][2019-01-01][2021-03-01]",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

const olderOwnership = `[
{"statementID":"1dc0e987-5c57-4a1c-b3ad-61353b66a9b7","statementType":"entityStatement","statementDate":"2018-01-01","entityType":"registeredEntity","name":"Old Works","incorporatedInJurisdiction":{"name":"Ireland","code":"IE"},
 "identifiers":[{"scheme":"GB-COH","id":"1"}],"addresses":[{"address":"1 Road","country":"IE"}],"publicationDetails":{"publicationDate":"2018-02-01","bodsVersion":"0.2","publisher":{"name":"R"}}},
{"statementID":"019a93f1-e470-42e9-957b-03559861b2e2","statementType":"personStatement","statementDate":"2018-01-01","personType":"knownPerson","names":[{"type":"individual","fullName":"Bo Fox"}]},
{"statementID":"fbfd0547-d0c6-4a00-b559-5c5e91c34f5c","statementType":"ownershipOrControlStatement","statementDate":"2018-01-01","subject":{"describedByEntityStatement":"1dc0e987-5c57-4a1c-b3ad-61353b66a9b7"},
 "interestedParty":{"describedByPersonStatement":"019a93f1-e470-42e9-957b-03559861b2e2"},"interests":[{"type":"voting-rights","interestLevel":"direct","share":{"exact":40}}]},
{"statementID":"2dc0e987-5c57-4a1c-b3ad-61353b66a9b7","statementType":"personStatement","statementDate":"2019-01-01","personType":"knownPerson","names":[{"type":"individual","fullName":"Bo Fox-Hare"}],"replacesStatements":["019a93f1-e470-42e9-957b-03559861b2e2"]},
{"statementID":"3dc0e987-5c57-4a1c-b3ad-61353b66a9b7","statementType":"ownershipOrControlStatement","statementDate":"2019-01-01","subject":{"describedByEntityStatement":"1dc0e987-5c57-4a1c-b3ad-61353b66a9b7"},
 "interestedParty":{"describedByPersonStatement":"2dc0e987-5c57-4a1c-b3ad-61353b66a9b7"},"interests":[{"type":"voting-rights","interestLevel":"direct","share":{"exact":10}}],"replacesStatements":["fbfd0547-d0c6-4a00-b559-5c5e91c34f5c"]},
{"statementID":"4dc0e987-5c57-4a1c-b3ad-61353b66a9b7","statementType":"ownershipOrControlStatement","statementDate":"2018-01-01","subject":{"describedByEntityStatement":"1dc0e987-5c57-4a1c-b3ad-61353b66a9b7"},
 "interestedParty":{"unspecified":{"reason":"no-beneficial-owners","description":"none"}}}
]`

// TestOlderOwnership: statements of before 0.4 mean the same, and leave as
// valid ones of 0.4.
func TestOlderOwnership(t *testing.T) {
	h := hometest.Memory(t)
	if f := text(t, h, pipeline.Request{Dataset: "d"}, "own.json", olderOwnership).Files[0]; f.Verdict != ledger.Read || len(f.Warnings) > 0 {
		t.Fatalf("%+v", f)
	}
	const company, person = "1dc0e987-5c57-4a1c-b3ad-61353b66a9b7", "019a93f1-e470-42e9-957b-03559861b2e2"
	if p := props(t, h, person); !gocmp.Equal(p["name"], list("Bo Fox", "Bo Fox-Hare")) {
		t.Errorf("the person is %v", p)
	}
	if p := props(t, h, company); !gocmp.Equal(p["jurisdiction"], list("ie")) || !gocmp.Equal(p["notes"], list("no interested party is named: none (no-beneficial-owners)")) {
		t.Errorf("the company is %v", p)
	}
	ends := map[any]any{}
	for _, e := range objects(t, written(t, h, export.FTM, export.Options{Raw: true})) {
		if p := e["properties"].(map[string]any); e["schema"] == "Ownership" {
			ends[p["percentage"].([]any)[0]] = p["endDate"]
		}
	}
	if diff := gocmp.Diff(map[any]any{"40": list("2019-01-01"), "10": nil}, ends); diff != "" {
		t.Errorf("ends of the links (-want +got):\n%s", diff)
	}
	out := written(t, h, export.BODS, export.Options{})
	valid(t, out)
	for _, want := range []string{`"bodsVersion":"0.4"`, `"type":"votingRights"`, `"directOrIndirect":"direct"`, `"interestedParty":"` + person + `"`, `"recordStatus":"updated"`} {
		if !strings.Contains(out, want) {
			t.Errorf("the export lacks %s:\n%s", want, out)
		}
	}
	if got := again(t, export.BODS, export.Options{}, "out.json", out); got != out {
		t.Errorf("written again it differs:\n%s", gocmp.Diff(out, got))
	}
}

// TestOwnershipOfOthers: ownership from any source leaves as valid statements,
// which come in as what they were.
func TestOwnershipOfOthers(t *testing.T) {
	h := hometest.Memory(t)
	text(t, h, pipeline.Request{Dataset: "own"}, "own.json", ownership)
	text(t, h, pipeline.Request{Dataset: "others", Observed: "2024-05-06"}, "x.json", `{"id":"c","schema":"Company","properties":{"name":["Beam & Co","Beam"],"jurisdiction":["us-de"],"leiCode":["5299000J2N45DDNE4Y28"],"cikCode":["7"],"incorporationDate":["2001"]}}
{"id":"q","schema":"Person","properties":{"name":["Cy Ray"],"birthDate":["1980-02"],"nationality":["suhh"]}}
{"id":"o1","schema":"Ownership","properties":{"owner":["q"],"asset":["c"],"percentage":["33.3%"],"startDate":["2020-02"]}}
{"id":"o2","schema":"Ownership","properties":{"owner":["nobody here"],"asset":["c"],"percentage":["25-50"]}}
{"id":"o3","schema":"Ownership","properties":{"owner":["q"],"asset":["ship"],"percentage":["a half"]}}
{"id":"ship","schema":"Vessel","properties":{"name":["Ark"]}}
{"id":"d","schema":"Directorship","properties":{"director":["q"],"organization":["c"],"role":["chair of all"]}}
{"id":"u","schema":"UnknownLink","properties":{"subject":["p1","q"],"object":["c"]}}
`)
	for _, opts := range []export.Options{{Raw: true}, {}} {
		out := written(t, h, export.BODS, opts)
		valid(t, out)
		if strings.Contains(out, `"subject":"ship"`) || !strings.Contains(out, `"share":{"exact":33.3}`) || !strings.Contains(out, `"share":{"minimum":25,"maximum":50}`) ||
			!strings.Contains(out, `"startDate":"2020-02-01"`) || !strings.Contains(out, `"reason":"informationUnknownToPublisher"`) || !strings.Contains(out, `"details":"chair of all"`) {
			t.Errorf("raw %v:\n%s", opts.Raw, out)
		}
		if got := again(t, export.BODS, opts, "out.json", out); got != out {
			t.Errorf("raw %v: written again it differs:\n%s", opts.Raw, gocmp.Diff(strings.Split(out, "\n"), strings.Split(got, "\n")))
		}
	}
	other := hometest.Memory(t)
	text(t, other, pipeline.Request{Dataset: "d"}, "out.json", written(t, h, export.BODS, export.Options{Raw: true, Datasets: []string{"others"}}))
	want := map[string]any{
		"schema": "Company", "name": list("Beam"), "alias": list("Beam & Co"), "jurisdiction": list("us"), "leiCode": list("5299000J2N45DDNE4Y28"), "cikCode": list("7"),
		"incorporationDate": list("2001-01-01"), "publisher": list("others"), "modifiedAt": list("2024-05-06"),
		"notes": list("no interested party is named (informationUnknownToPublisher)"),
	}
	if diff := gocmp.Diff(want, props(t, other, "c")); diff != "" {
		t.Errorf("the company read back (-want +got):\n%s", diff)
	}
}

// TestBadOwnership: what is no statement is told with its place.
func TestBadOwnership(t *testing.T) {
	const good = `{"statementId":"s","recordId":"p","recordType":"person","recordDetails":{"names":[{"fullName":"A"}]}}`
	for bad, reason := range map[string]string{
		`{"statementId":"s2","recordType":"ship","recordId":"x"}`:                                        "it is no statement on an entity, a person or a relationship",
		`{"statementId":"s2","recordType":"person"}`:                                                     "it has no record id",
		`{"statementId":"s2","recordType":"relationship","recordId":"x"}`:                                "it names neither a subject nor an interested party",
		`{"statementId":"s2","recordType":"person","recordId":"a\u0000b"}`:                               "its record id, or one that it names, cannot be kept",
		`{"statementId":"s2","recordType":"relationship","recordId":"x","recordDetails":{"subject":[]}}`: "it names neither a subject nor an interested party",
	} {
		h := hometest.Memory(t)
		f := text(t, h, pipeline.Request{Dataset: "d"}, "x.json", "["+good+","+bad+"]").Files[0]
		if f.Read != 1 || len(f.Reasons) != 1 || f.Reasons[0].Reason != reason {
			t.Errorf("%s: %d read, %+v, want %q", bad, f.Read, f.Reasons, reason)
		}
	}
}
