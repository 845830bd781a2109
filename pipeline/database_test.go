package pipeline_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/gate"
	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/ledger"
	"overt/pipeline"
	"overt/policy"
)

// kek is FollowTheMoney's own example of a mapping on a database
// (tests/fixtures/kek.yml), with filters and a second query, whose column is
// named without its table.
const kek = `ownership:
  queries:
    - %s
      filters: {comp.kind: company}
      filters_not: {comp.name: [Nobody, '']}
      entities:
        company:
          schema: Company
          keys: [comp.id]
          properties: {name: {column: comp.name}, address: {template: "{{comp.address}}"}, notes: comp.fingerprint_template}
        subsidiary:
          schema: Company
          key: sub.id
          properties: {name: sub.name}
        ownership:
          schema: Ownership
          key_literal: Ownership
          keys: [sub.id, comp.id]
          properties:
            owner: {entity: company, required: true}
            asset: {entity: subsidiary, required: true}
            percentage: shares.share
    - %s
      entities:
        company:
          schema: Company
          key: id
          properties: {name: name, incorporationDate: founded}
`

// fromTables is the mapping on tables of a database, fromFiles on the tables
// that they give.
func fromTables(database string) string {
	if database != "" {
		database = "database: '" + database + "'\n      "
	}
	return fmt.Sprintf(kek, database+`tables: [{table: company, alias: comp}, {table: company, alias: sub}, {table: shares}]
      joins: [{left: comp.id, right: shares.shareholder}, {left: sub.id, right: shares.owns}]`, database+"table: company")
}

func fromFiles() string {
	return fmt.Sprintf(kek, "csv_url: joined.csv", "csv_url: company.csv")
}

const ownershipTables = `create table company (id integer primary key, name varchar(50), address varchar(50), kind varchar(20), founded date, fingerprint_template varchar(9));
insert into company values (1, 'Ferrum AG', 'Main Street 1', 'company', '1999-12-31', 'x'), (2, 'Aurum Ltd', null, 'company', '2001-01-01', 'x');
insert into company values (3, 'Plumbum Inc', '', 'company', null, 'x'), (4, 'Nobody', 'x', 'company', null, 'x'), (5, 'Some One', 'x', 'person', null, 'x');
create table shares (shareholder integer, owns integer, share varchar(10));
insert into shares values (1, 2, '50.5'), (1, 3, '100'), (2, 3, '1'), (4, 3, '2'), (5, 3, '3');
`

// notesTable holds what looks like another format, or like more columns.
const notesTable = `create table notes (text varchar(100));
insert into notes values ('{"a": 1}'), ('a;b;c'), ('x	y	z'), ('# first'), ('<?xml version="1.0"?><a/>'), ('a "quoted", word'), (null);
`

const joinedCSV = `comp.id,comp.name,comp.address,comp.kind,sub.id,sub.name,shares.share,comp.fingerprint_template
1,Ferrum AG,Main Street 1,company,2,Aurum Ltd,50.5,x
1,Ferrum AG,Main Street 1,company,3,Plumbum Inc,100,x
2,Aurum Ltd,,company,3,Plumbum Inc,1,x
4,Nobody,x,company,3,Plumbum Inc,2,x
5,Some One,x,person,3,Plumbum Inc,3,x
`

const companyCSV = `id,name,founded
1,Ferrum AG,1999-12-31
2,Aurum Ltd,2001-01-01
3,Plumbum Inc,
4,Nobody,
5,Some One,
`

func sqliteFile(t testing.TB, name, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	must(t, err)
	must(t, errors.Join(sqlitex.ExecuteScript(conn, script, nil), conn.Close()))
	return path
}

// valuesOf lists what a home says, without the places.
func valuesOf(t testing.TB, h *hometest.Home) []string {
	t.Helper()
	var out []string
	pass, err := h.Pass(t.Context())
	must(t, err)
	_, err = gate.Ask(t.Context(), pass, gate.Act{Action: "test"}, false, func(ctx context.Context, d *gate.Desk) (int, error) {
		for stmts, err := range d.View.Entities(ctx) {
			if err != nil {
				return 0, err
			}
			for _, s := range stmts {
				out = append(out, fmt.Sprintf("%s %s:%s=%s", s.Entity, s.Schema, s.Prop, s.Value))
			}
		}
		return 0, nil
	})
	must(t, err)
	slices.Sort(out)
	return slices.Compact(out)
}

// ofFiles is what the mapping says of the same rows in CSV.
func ofFiles(t testing.TB) []string {
	t.Helper()
	h := hometest.Memory(t)
	h.Import(t, pipeline.Request{Dataset: "d", Mapping: "files.yml", Text: []byte(fromFiles()), Files: []pipeline.Embedded{
		{Name: "joined.csv", Data: []byte(joinedCSV)}, {Name: "company.csv", Data: []byte(companyCSV)}}})
	out := valuesOf(t, h)
	if len(out) < 20 {
		t.Fatalf("the CSV form says %d things", len(out))
	}
	return out
}

func TestSQLiteFile(t *testing.T) {
	path := sqliteFile(t, "register.sqlite", ownershipTables)
	h := hometest.Memory(t)
	req := pipeline.Request{Paths: []string{path}, Dataset: "d", Mapping: mappingFile(t, fromTables(""))}
	rep := h.Import(t, req)
	if f := rep.Files[0]; len(rep.Runs) != 1 || f.Verdict != ledger.Read || f.Received != 8 {
		t.Fatalf("%+v", rep)
	}
	if w := rep.Files[0].Warnings; len(w) != 3 || w[0].Code != "refused-column" || w[0].Where != "register.sqlite: column comp.fingerprint_template" {
		t.Errorf("warnings: %+v", w)
	}
	if diff := gocmp.Diff(ofFiles(t), valuesOf(t, h)); diff != "" {
		t.Errorf("the tables say otherwise than the CSV (-want +got):\n%s", diff)
	}
	if n := cited(t, h, 100); n < 15 {
		t.Errorf("%d citations were read again", n)
	}
	if rep := h.Import(t, req); !rep.Files[0].Already {
		t.Errorf("the same file was taken in again: %+v", rep.Files[0])
	}
	// The same, named by the mapping.
	named := fromTables("${DB_URI}")
	rep = h.Import(t, pipeline.Request{Dataset: "d2", Mapping: mappingFile(t, named), Env: map[string]string{"DB_URI": "sqlite:///" + path}})
	if f := rep.Files[0]; f.Source != "register.sqlite" || f.Verdict != ledger.Read || f.Received != 8 {
		t.Errorf("%+v", rep)
	}
	_, err := h.Importer().Import(t.Context(), pipeline.Request{Dataset: "d3", Mapping: mappingFile(t, named)})
	if err == nil || !strings.Contains(err.Error(), "the name ${DB_URI} in it, which was not given") {
		t.Errorf("a name that was not given: %v", err)
	}
}

// TestSQLiteTables: without tables in the mapping each table is a part.
func TestSQLiteTables(t *testing.T) {
	path := sqliteFile(t, "register.sqlite", ownershipTables)
	m := "name: m\nqueries: [{filters: {kind: company}, entities: {c: {schema: Company, key: id, properties: {name: name}}}}]"
	h := hometest.Memory(t)
	rep := h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "d", Mapping: mappingFile(t, m)})
	if f := rep.Files[0]; f.Received != 10 || f.Read != 4 {
		t.Errorf("%+v", rep.Files)
	}
	if n := cited(t, h, 100); n != 4 {
		t.Errorf("%d citations were read again", n)
	}
	// And by its columns, as any other table.
	path = sqliteFile(t, "entities.sqlite", `create table a (canonical_id, entity_id, prop, schema, value, dataset, seen);
		create table b (id, entity_id, canonical_id, prop, prop_type, schema, value, dataset, lang, original_value, external, first_seen, last_seen, origin);
		insert into b values ('s1', 'e1', 'e1', 'name', 'name', 'Company', 'Ferrum', 'd', null, null, 'f', null, null, null);`)
	rep = h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "d"})
	if f := rep.Files[0]; f.Read != 1 || f.Format != "ftm-statements" {
		t.Errorf("%+v", rep.Files)
	}
}

// TestSQLiteNewer: a later state of a file gives what it would give alone, and of
// a table, not of a join, only what changed is read anew.
func TestSQLiteNewer(t *testing.T) {
	const join = "name: m\nextent: full\nqueries: [{tables: [{table: staff, alias: a}, {table: staff, alias: b}], joins: [{left: a.boss, right: b.id}], " +
		"entities: {p: {schema: Person, key: a.id, properties: {name: a.name, summary: b.name}}}}]"
	const plain = "name: m\nextent: full\nqueries: [{entities: {p: {schema: Person, key: id, properties: {name: name, summary: boss}}}}]"
	for mapping, want := range map[string]int{join: 0, plain: 1} {
		grown, whole := hometest.Memory(t), hometest.Memory(t)
		whole.Whole = true
		for day := range 2 {
			path := sqliteFile(t, "staff.sqlite", staffTable(day))
			req := pipeline.Request{Paths: []string{path}, Dataset: "staff", Mapping: "m", Text: []byte(mapping), Observed: fmt.Sprintf("2024-01-0%d", day+1)}
			grown.Import(t, req)
			whole.Import(t, req)
			compareHomes(t, fmt.Sprint("day ", day), grown, whole)
		}
		if n := generation(t, grown, 2); n != want {
			t.Errorf("the second run rests on %d others, want %d", n, want)
		}
		if n := cited(t, grown, 500); n < 100 {
			t.Errorf("%d citations were read again", n)
		}
	}
}

// staffTable is a table of 60 people on a day: on the second one has gone, one
// has come under the number of another, and one has another name.
func staffTable(day int) string {
	out := "create table staff (id integer, name varchar(20), boss integer);\n"
	for i := range 60 {
		name := fmt.Sprint("Person ", i)
		switch {
		case day == 1 && i == 7:
			continue
		case day == 1 && i == 9:
			name = "Other"
		}
		out += fmt.Sprintf("insert into staff values (%d, '%s', %d);\n", i, name, i/2)
	}
	return out
}

// TestSQLiteUnfinished: what stands beside the file and not in it is told.
func TestSQLiteUnfinished(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenWAL)
	must(t, err)
	t.Cleanup(func() { must(t, conn.Close()) })
	must(t, sqlitex.ExecuteScript(conn, "create table company (id, name); insert into company values (1, 'Ferrum'); ", nil))
	must(t, sqlitex.ExecuteTransient(conn, "pragma wal_checkpoint(truncate)", nil))
	must(t, sqlitex.ExecuteScript(conn, "insert into company values (2, 'Aurum');", nil))
	m := "name: m\nqueries: [{table: company, entities: {c: {schema: Company, key: id, properties: {name: name}}}}]"
	rep := hometest.Memory(t).Import(t, pipeline.Request{Paths: []string{path}, Dataset: "d", Mapping: mappingFile(t, m)})
	f := rep.Files[0]
	if f.Read != 1 || !slices.ContainsFunc(f.Warnings, func(w ledger.Warning) bool {
		return w.Code == "not-finished" && strings.Contains(w.Message, "register.db-wal")
	}) {
		t.Errorf("%+v", f)
	}
}

func TestSQLiteRefused(t *testing.T) {
	path := sqliteFile(t, "register.sqlite", ownershipTables)
	whole, err := os.ReadFile(path)
	must(t, err)
	cut := filepath.Join(t.TempDir(), "cut.sqlite")
	must(t, os.WriteFile(cut, whole[:len(whole)/3], 0o600))
	plain := filepath.Join(t.TempDir(), "plain.csv")
	must(t, os.WriteFile(plain, []byte(companyCSV), 0o600))
	tests := []struct{ name, path, mapping, want string }{
		{"cut off", cut, fromTables(""), "damaged or cut off"},
		{"no SQLite file", plain, fromTables(""), "this is no SQLite file"},
		{"no such table", path, strings.ReplaceAll(fromTables(""), "table: shares", "table: stocks"), `the database has no table "stocks"; its tables are company, shares`},
		{"no such column", path, strings.ReplaceAll(fromTables(""), "right: shares.owns", "right: shares.has"), `a join names a column "shares.has"`},
		{"filter by what is refused", path, strings.ReplaceAll(fromTables(""), "comp.kind: company", "comp.fingerprint_template: x"), "which is refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := hometest.Memory(t)
			rep := h.Import(t, pipeline.Request{Paths: []string{tt.path}, Dataset: "d", Mapping: mappingFile(t, tt.mapping)})
			if f := rep.Files[0]; f.Verdict != ledger.Failed || !strings.Contains(f.Reason, tt.want) || len(rep.Runs) != 0 {
				t.Errorf("%s: %s; want %q", f.Verdict, f.Reason, tt.want)
			}
		})
	}
}

// TestDatabaseDenied: who may not write opens no connection.
func TestDatabaseDenied(t *testing.T) {
	h := hometest.Memory(t)
	im := h.Importer()
	im.Open = func(ctx context.Context, _ []policy.Label) (*gate.Pass, error) { return h.Pass(ctx) }
	_, err := im.Import(t.Context(), pipeline.Request{Dataset: "d", Mapping: mappingFile(t, fromTables("postgresql://u:p@127.0.0.1:1/x"))})
	if overt.CodeOf(err) != overt.Denied {
		t.Errorf("got %v", err)
	}
}

// TestExpertsTable: the real fixture of FollowTheMoney says the same out of a
// table as out of the file.
func TestExpertsTable(t *testing.T) {
	text, err := os.ReadFile(sharedtest.Path(t, "ftm", "followthemoney-fixtures", "experts.csv"))
	must(t, err)
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	must(t, err)
	script := "create table experts (\"" + strings.Join(rows[0], `", "`) + "\");\n"
	for _, row := range rows[1:] {
		for i, v := range row {
			row[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
		}
		script += "insert into experts values (" + strings.Join(row, ", ") + ");\n"
	}
	const experts = `experts:
  queries:
    - %s
      filters: {gender: male}
      entities:
        expert: {schema: Person, key: [name, nationality], key_literal: person, properties: {name: name, nationality: nationality, gender: gender}}
        group: {schema: PublicBody, keys: [group_code], properties: {name: group_name, website: group_uri}}
        member: {schema: Membership, keys: [id], properties: {member: {entity: expert}, organization: {entity: group}, role: professional_title}}
`
	file, table := hometest.Memory(t), hometest.Memory(t)
	of := func(h *hometest.Home, path, where string) *pipeline.Report {
		return h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "d", Mapping: mappingFile(t, fmt.Sprintf(experts, where))})
	}
	of(file, sharedtest.Path(t, "ftm", "followthemoney-fixtures", "experts.csv"), "csv_url: file:///experts.csv")
	of(table, sqliteFile(t, "experts.sqlite", script), "table: experts")
	want := valuesOf(t, file)
	if diff := gocmp.Diff(want, valuesOf(t, table)); diff != "" || len(want) < 20 {
		t.Errorf("of %d values, table and file differ (-file +table):\n%s", len(want), diff)
	}
	if n := cited(t, table, 1000); n == 0 {
		t.Errorf("%d citations", n)
	}
}

// TestKek: FollowTheMoney's own mapping on a database, as it is, gives its ids.
func TestKek(t *testing.T) {
	mapping := sharedtest.Path(t, "ftm", "followthemoney-fixtures", "kek.yml")
	path := sqliteFile(t, "kek.sqlite", `create table company (id integer primary key, name, address, url);
		insert into company values (1, 'Ferrum AG', 'Main Street 1', 'https://ferrum.example'), (2, 'Aurum Ltd', null, null), (3, 'Plumbum Inc', null, null);
		create table shares (shareholder, owns, share);
		insert into shares values (1, 2, 50.5), (1, 3, 100), (2, 3, 1);`)
	h := hometest.Memory(t)
	rep := h.Import(t, pipeline.Request{Dataset: "kek", Mapping: mapping, Env: map[string]string{"FTM_TEST_DATABASE_URI": "sqlite:///" + path}})
	if f := rep.Files[0]; f.Verdict != ledger.Read || f.Read != 3 {
		t.Fatalf("%+v", f)
	}
	got := valuesOf(t, h)
	for _, want := range []string{
		ftmID("", "1") + " Company:name=Ferrum AG", ftmID("", "1") + " Company:sourceUrl=https://ferrum.example/", ftmID("", "3") + " Company:name=Plumbum Inc",
		ftmID("Ownership", "1", "2") + " Ownership:percentage=50.5", ftmID("Ownership", "1", "2") + " Ownership:owner=" + ftmID("", "1"),
		ftmID("Ownership", "2", "3") + " Ownership:asset=" + ftmID("", "3"), ftmID("Ownership", "1", "3") + " Ownership:percentage=100",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not said", want)
		}
	}
	if n := cited(t, h, 100); n < 10 {
		t.Errorf("%d citations were read again", n)
	}
}
