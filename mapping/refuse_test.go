package mapping_test

import (
	"slices"
	"strings"
	"testing"

	"overt/extract"
	"overt/mapping"
)

// TestRefusedNames holds names that must be refused, in several languages, and
// names close to them that must not.
func TestRefusedNames(t *testing.T) {
	for class, names := range map[string][]string{
		mapping.ClassBiometric: {
			"face_template", "faceTemplate", "Face Embeddings", "FINGERPRINT-MINUTIAE", "iris_code", "voiceprint", "biometric template 1",
			"subject/face/template", "bio/*/iris_template", "person.faceprint", "one two three four five six seven.face_template", "company.face template", "bio/p.iris_code",
			"Gesichtsvektor", "Stimmabdruck", "gabarit facial", "Gabarit biométrique", "empreinte vocale", "plantilla dactilar", "huella de voz",
			"impronta vocale", "template biométrico", "stemafdruk", "szablon twarzy", "odcisk głosu", "вектор лица", "голосовой отпечаток",
			"шаблон обличчя", "yüz şablonu", "قالب الوجه", "بصمة الصوت", "人脸特征向量", "声纹", "顔特徴量", "声紋",
		},
		mapping.ClassTrack: {
			"gps_track", "LocationHistory", "last known location", "device_location", "Bewegungsprofil", "historique de localisation",
			"historial de ubicaciones", "traccia GPS", "трек gps", "konum geçmişi", "行动轨迹", "位置履歴", "سجل المواقع",
		},
		mapping.ClassImmigration: {"immigration_status", "Alien Number", "visa status", "Aufenthaltsstatus", "statut migratoire", "estatus migratorio", "миграционный статус", "移民身份"},
		mapping.ClassHealth:      {"health status", "Diagnosis", "disability", "Gesundheitszustand", "état de santé", "discapacidad", "диагноз", "健康状况"},
		mapping.ClassReligion:    {"religion", "religious affiliation", "Konfession", "confession religieuse", "religión", "вероисповедание", "宗教"},
		mapping.ClassEthnicity:   {"Ethnicity", "race", "Race/Ethnicity", "business.race", "a.b.race", "ethnische Herkunft", "origine ethnique", "etnia", "民族"},
		mapping.ClassUnion:       {"union_membership", "Gewerkschaftszugehörigkeit", "afiliación sindical", "членство в профсоюзе"},
		mapping.ClassSexuality:   {"sexual orientation", "sexuelle Orientierung", "orientation sexuelle", "сексуальная ориентация", "性取向"},
	} {
		for _, name := range names {
			got := mapping.Screen([]string{name}, nil)
			if len(got) != 1 || got[0].Class != class || got[0].Column != name || got[0].Reason == "" {
				t.Errorf("%s: got %v, want %s", name, got, class)
				continue
			}
			if absolute := class == mapping.ClassBiometric || class == mapping.ClassTrack; got[0].Absolute != absolute {
				t.Errorf("%s: absolute is %v, want %v", name, got[0].Absolute, absolute)
			}
		}
	}
	for _, name := range []string{
		"", "name", "Fingerprint", "certificate fingerprint", "face value", "voice", "template", "iris", "embedding", "document template",
		"minority_owned_business", "black_american_owned_business", "hispanic_servicing_institution", "american_indian_owned_business",
		"service_disabled_veteran_owned_business", "women_owned_small_business", "religious_organization", "Race name", "track", "status",
		"latitude", "longitude", "location", "visa", "union", "Diagnostic settings", "hospital_flag", "traceability", "color",
		"alien_company", "Product/Service Description", "staff/role", "place_of_performance", "DIN", "Union of suppliers", "health_company_status",
		"What steps has the agency taken to detect disparities by race, ethnicity or religion for this use?",
		"Gesichtspunkt", "placa base", "огнетушитель", "公司", "医院",
	} {
		if got := mapping.Screen([]string{name}, nil); len(got) != 0 {
			t.Errorf("%s: got %v, want nothing", name, got)
		}
	}
}

func TestScreenValues(t *testing.T) {
	vector := strings.TrimSuffix(strings.Repeat("0.125,", 128), ",")
	encoded := strings.Repeat("aGVsbG8gd29ybGQ", 12)
	for _, tt := range []struct {
		column, value string
		want          bool
	}{
		{"embedding", vector, true},
		{"embedding", "[" + strings.ReplaceAll(vector, ",", ", ") + "]", true},
		{"face", encoded, true},
		{"fingerprint", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", false},
		{"fingerprint", "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDxzfYQhXm4EwyQqjM", false},
		{"face", "north", false},
		{"note", vector, false},
		{"note", "Rk1SACAyMAAA" + encoded, true},
		{"note", "464d520020323000" + strings.Repeat("00ff", 30), true},
		{"voice", strings.Repeat("a long text about a voice that nobody heard. ", 9), false},
	} {
		rec := &row{[]string{"id", tt.column}, []string{"1", tt.value}, 2}
		got := mapping.Screen(nil, []extract.Record{rec})
		if (len(got) == 1) != tt.want {
			t.Errorf("%s = %.30s…: got %v, want refused %v", tt.column, tt.value, got, tt.want)
		}
		// Apply refuses the value even when nobody screened.
		m := parse(t, "entities: {a: {schema: Company, key: id, properties: {notes: '"+tt.column+"'}}}")
		var values, problems int
		err := m.Apply(m.Queries[0], rec, func(e mapping.Entity) error { values += len(e.Values); return nil }, func(mapping.Problem) { problems++ })
		if err != nil || (values == 0) != tt.want || (problems == 1) != tt.want {
			t.Errorf("%s = %.30s…: got %d values, %d problems, %v, want refused %v", tt.column, tt.value, values, problems, err, tt.want)
		}
	}
}

func TestScreenTracks(t *testing.T) {
	for _, tt := range []struct {
		columns []string
		want    []string
	}{
		{[]string{"device_id", "timestamp", "lat", "lon"}, []string{"lat", "lon"}},
		{[]string{"Plate number", "Captured at", "Latitude", "Longitude", "camera"}, []string{"Latitude", "Longitude"}},
		{[]string{"advertising_id", "Zeitstempel", "Breitengrad", "Längengrad"}, []string{"Breitengrad", "Längengrad"}},
		{[]string{"t.person_id", "t.time", "t.lat", "long alias of a table that hides.lon"}, []string{"long alias of a table that hides.lon", "t.lat"}},
		{[]string{"mmsi", "timestamp", "lat", "lon"}, nil},
		{[]string{"office", "latitude", "longitude", "opened"}, nil},
		{[]string{"device_id", "lat", "lon"}, nil},
		{[]string{"office", "phone", "opening time", "latitude", "longitude"}, nil},
	} {
		var got []string
		for _, r := range mapping.Screen(tt.columns, nil) {
			got = append(got, r.Column)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.columns, got, tt.want)
		}
		// In Apply the header alone decides.
		m := parse(t, "entities: {a: {schema: Company, key: '#1', properties: {notes: {columns: ['#3', '#4']}, summary: {columns: [lat, lon]}}}}")
		values := 0
		rec := &row{tt.columns, []string{"x", "12:00", "1.5", "2.5", "c"}, 2}
		if err := m.Apply(m.Queries[0], rec, func(e mapping.Entity) error { values += len(e.Values); return nil }, nil); err != nil {
			t.Fatal(err)
		}
		if tt.want != nil && values != 0 {
			t.Errorf("%v: %d values of a track were mapped", tt.columns, values)
		}
	}
}

// TestNeverMapped tries the ways a mapping could reach a refused column.
func TestNeverMapped(t *testing.T) {
	table := &row{[]string{"id", "Face Template", "religion"}, []string{"1", "secret", "faith"}, 2}
	for _, value := range []string{
		`"Face Template"`, `face_template`, `"#2"`, `{template: "x{{face template}}"}`, `{columns: ["#2"], join: ","}`, `{first: [faceTemplate]}`, `religion`, `"#3"`,
	} {
		m := parse(t, "fields: {f: "+value+"}\nentities: {a: {schema: Company, key: id, properties: {notes: "+value+", summary: f}}}")
		err := m.Apply(m.Queries[0], table, func(e mapping.Entity) error {
			if len(e.Values) != 0 {
				t.Errorf("%s: got %v", value, e.Values)
			}
			return nil
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
	}
	text := `[{"id":1,"bio":{"face_template":"secret","faces":[{"template":"secret"}],"voiceprint":["secret"]}}]`
	for _, tt := range []struct{ each, column string }{
		{"", "bio/face_template"}, {"", "bio/*"}, {"", "*/face_template"}, {"bio", "face_template"},
		{"bio/faces", "template"}, {"bio/voiceprint", "."}, {"bio/*", "."}, {"bio/faces", "../face_template"},
	} {
		m := parse(t, "each: '"+tt.each+"'\nentities: {a: {schema: Company, key_literal: k, key: id, properties: {notes: '"+tt.column+"', name: '../id'}}}")
		if tt.each != "" {
			m = parse(t, "each: '"+tt.each+"'\nentities: {a: {schema: Company, key: ../id, properties: {notes: '"+tt.column+"'}}}")
		}
		entities, problems := mapped(t, m, "json", text)
		if len(entities) == 0 {
			t.Errorf("each %s: no entity, problems %v", tt.each, problems)
		}
		for _, e := range entities {
			for _, v := range e.Values {
				t.Errorf("each %s, column %s: got %v", tt.each, tt.column, v)
			}
		}
	}
}

func TestSensitiveWithBasis(t *testing.T) {
	rec := &row{[]string{"id", "Religion", "diagnosis"}, []string{"1", "none", "well"}, 2}
	const entities = "\nentities: {a: {schema: Person, key: id, properties: {religion: religion, notes: diagnosis}}}"
	count := func(m *mapping.Mapping) (n int) {
		_ = m.Apply(m.Queries[0], rec, func(e mapping.Entity) error { n = len(e.Values); return nil }, nil)
		return n
	}
	if n := count(parse(t, entities)); n != 0 {
		t.Errorf("without a basis: got %d values, want none", n)
	}
	m := parse(t, "sensitive: [{column: religion, basis: Act 7, approved: R. Roe, until: 2030-01-01}]"+entities)
	if n := count(m); n != 1 {
		t.Errorf("with a basis for one: got %d values, want 1", n)
	}
	m = m.Refuse(mapping.Screen(rec.header, nil))
	if n := count(m); n != 1 {
		t.Errorf("with a basis, after screening: got %d values, want 1", n)
	}
	m = m.Refuse([]mapping.Refusal{{Column: "Religion", Class: mapping.ClassBiometric, Absolute: true}})
	if n := count(m); n != 0 {
		t.Errorf("refused absolutely: got %d values, want none", n)
	}
}
