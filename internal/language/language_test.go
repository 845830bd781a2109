package language

import (
	"cmp"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	tests := []struct{ want, text string }{
		{"eng", "The contractor shall deliver the report to the agency before the end of the month."},
		{"deu", "Die Gesellschaft hat ihren Sitz in Bremen und wird von zwei Geschäftsführern vertreten."},
		{"fra", "La société a son siège à Lyon et ses comptes sont publiés chaque année au printemps."},
		{"spa", "La empresa presentó la factura al ministerio y recibió el pago en el mes siguiente."},
		{"por", "A empresa apresentou a fatura ao ministério e não recebeu o pagamento até ao fim do ano."},
		{"ita", "La società ha presentato la fattura al ministero e ha ricevuto il pagamento il mese dopo."},
		{"nld", "De vennootschap heeft haar zetel in Utrecht en wordt door twee bestuurders vertegenwoordigd."},
		{"swe", "Bolaget har sitt säte i Uppsala och företräds av två ledamöter i styrelsen."},
		{"pol", "Spółka ma siedzibę w Gdańsku i jest reprezentowana przez dwóch członków zarządu."},
		{"ces", "Společnost má sídlo v Brně a zastupují ji dva členové představenstva společně."},
		{"hun", "A társaság székhelye Szegeden van, és két ügyvezető képviseli a szerződésekben."},
		{"ron", "Societatea are sediul la Cluj și este reprezentată de doi administratori numiți de adunare."},
		{"tur", "Şirketin merkezi Bursa'dadır ve iki müdür tarafından temsil edilmektedir."},
		{"fin", "Yhtiön kotipaikka on Turku, ja sitä edustavat kaksi hallituksen jäsentä yhdessä."},
		{"rus", "Общество находится в Казани, и его представляют два директора по решению собрания."},
		{"ukr", "Товариство знаходиться у Львові, і його представляють два директори за рішенням зборів."},
		{"bul", "Дружеството се намира във Варна и се представлява от двама управители."},
		{"ara", "يقع مقر الشركة في المدينة ويمثلها مديران أمام جميع السلطات."},
		{"fas", "دفتر شرکت در شیراز است و دو مدیر آن را در همه قراردادها نمایندگی می\u200cکنند."},
		{"ell", "Η εταιρεία εδρεύει στον Βόλο."},
		{"heb", "משרד החברה נמצא בחיפה."},
		{"zho", "公司总部设在该市，由两名董事代表。"},
		{"jpn", "会社の本店は市内にあり、二人の取締役が代表する。"},
		{"kor", "회사의 본점은 시내에 있다."},
		{"", "Contract 12"},
		{"", "Quorvex Wexley"},
		{"", "12345 67890 12345 67890 12345 67890 12345 67890"},
		{"", "xq zzv kkw pfl rrt bgg xxz vvq jjh kkp qqw mmn zzt rrx ppl kkj vvb nnm"},
		{"", strings.Repeat("The contractor shall deliver the report to the agency. ", 3) + strings.Repeat("Die Gesellschaft hat ihren Sitz in Bremen und wird vertreten. ", 3)},
	}
	for _, tt := range tests {
		if got := Of(tt.text); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestOfRealText: abstracts of notices are English, every one that is long.
func TestOfRealText(t *testing.T) {
	root := cmp.Or(os.Getenv("OVERT_SHARED"), filepath.Join("..", "..", "..", "shared"))
	f, err := os.Open(filepath.Join(root, "data", "federal-systems", "federal-register-sorn", "sorn_abstracts_dev.csv"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the shared data is not here (federal-systems); set OVERT_SHARED to the folder that holds data/")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	right, wrong, all := 0, 0, 0
	for _, row := range rows[1:] {
		if len(row[3]) < 100 {
			continue
		}
		all++
		switch Of(row[3]) {
		case "eng":
			right++
		case "":
		default:
			wrong++
		}
	}
	if all < 300 || wrong > 0 || right*100 < all*99 {
		t.Errorf("of %d abstracts %d are English and %d something else; want 99 of 100, and none", all, right, wrong)
	}
}

func TestProfiles(t *testing.T) {
	known := votes()
	if len(known.place) < 40 {
		t.Errorf("%d profiles, want 40 or more", len(known.place))
	}
	grams := map[int]int{}
	for _, list := range known.grams {
		for _, v := range list {
			grams[v.language]++
		}
	}
	for _, w := range writings {
		for _, l := range w.languages {
			if n := grams[known.place[l]]; len(w.languages) > 1 && n < 400 {
				t.Errorf("the profile of %s has %d trigrams", l, n)
			}
		}
	}
	for short, code := range codes {
		if functionsOf()[code] == nil {
			t.Errorf("no function words of %s", short)
		}
	}
}

func TestWords(t *testing.T) {
	for word, want := range map[string]bool{"the": true, "und": true, "quorvex": false} {
		if got := IsFunctionWord(word); got != want {
			t.Errorf("IsFunctionWord(%q): got %v", word, got)
		}
	}
	for word, want := range map[string]bool{"apple": true, "target": true, "quorvex": false} {
		if got := IsEveryday(word); got != want {
			t.Errorf("IsEveryday(%q): got %v", word, got)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add("The contractor shall deliver")
	f.Add("\xff\xfeДружество 公司の회사")
	f.Fuzz(func(t *testing.T, text string) {
		if code := Of(text); code != "" && !slices.ContainsFunc(writings, func(w writing) bool { return slices.Contains(w.languages, code) }) {
			t.Errorf("%q is none of the languages", code)
		}
	})
}

// BenchmarkOf tells the language of a passage of 1,000 characters.
func BenchmarkOf(b *testing.B) {
	text := strings.Repeat("The department signed a contract with the company for services in the cloud. ", 13)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Of(text)
	}
}
