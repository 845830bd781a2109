package mention

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shapes lists what was found: kind, text, value and currency, and a ? with
// the doubt.
func shapes(text string, o Options) (out []string) {
	Patterns(text, o, func(s Span) {
		line := fmt.Sprintf("%s %s", s.Kind, s.Text)
		if s.Value != s.Text {
			line += " = " + s.Value
		}
		if s.Currency != "" {
			line += " " + s.Currency
		}
		if s.Doubt != "" {
			line += " ? " + s.Doubt
		}
		out = append(out, line)
	})
	return out
}

func TestPatterns(t *testing.T) {
	const shape, sign = " ? by its shape alone", " ? the sign could part thousands or a fraction"
	tests := []struct {
		text string
		want []string
	}{
		{"Write to Mia.Quorvex@Example.ORG.", []string{"email Mia.Quorvex@Example.ORG = Mia.Quorvex@example.org"}},
		{"<a@b.de>, mailto:c@d.fr; @home x@y", []string{"email a@b.de", "email c@d.fr"}},
		{"see (https://Example.org/a_(b)?c=1), http://x.", []string{"url https://Example.org/a_(b)?c=1 = https://example.org/a_(b)?c=1"}},
		{"at www.example.org/x.", []string{"url www.example.org/x = http://www.example.org/x"}},
		{"call +49 30 1234567, or (202) 555-0143.", []string{"phone +49 30 1234567 = +49301234567", "phone (202) 555-0143 = +12025550143 ? the country is taken from the shape"}},
		{"Tel.: 030 1234567", []string{"phone 030 1234567 = 0301234567 ? the country is not said"}},
		{"case 12-345-678 and 1234567", nil},
		{"IBAN DE89 3704 0044 0532 0130 00 paid", []string{"iban DE89 3704 0044 0532 0130 00 = DE89370400440532013000"}},
		{"DE88 3704 0044 0532 0130 00", nil},
		{"GB29NWBK60161331926819.", []string{"iban GB29NWBK60161331926819"}},
		{"LEI 529900T8BM49AURSDO55", []string{"lei 529900T8BM49AURSDO55"}},
		{"LEI 529900T8BM49AURSDO56", nil},
		{"UEI: ZQGGHJH74DW7, and K3M9XP2LQ7R5", []string{"uei ZQGGHJH74DW7", "uei K3M9XP2LQ7R5"}},
		{"the code K3M9XP2LQ7R5 of ABCDEFGH1234", []string{"uei K3M9XP2LQ7R5" + shape}},
		{"CAGE Code: 1ABC2; room 1ABC2 was not, as it stood far from that word", []string{"cage 1ABC2", "cage 1ABC2"}},
		{"DUNS 12-345-6788 and DUNS: 123456788", []string{"duns 12-345-6788 = 123456788", "duns 123456788"}},
		{"IMO 9074729, IMO9074729, IMO 9074728", []string{"imo 9074729", "imo 9074729"}},
		{"under 70CDCR24FG0000001 and HSCEMD-16-C-00002.", []string{"contract 70CDCR24FG0000001", "contract HSCEMD-16-C-00002 = HSCEMD16C00002"}},
		{"GS-35F-0119Y; NNG15SD26B; W91QUZ-06-D-0001", []string{"contract GS-35F-0119Y = GS35F0119Y", "contract NNG15SD26B", "contract W91QUZ-06-D-0001 = W91QUZ06D0001"}},
		{"[FR Doc. 2022-02323 Filed], 2021-12345, FR Doc. E9-1234", []string{"register 2022-02323", "register 2021-12345" + shape, "register E9-1234"}},
		{"zip 20500-0003 and 2022-2323", nil},
		{"DHS/ICE-016 and ICE-018 for COVID-19 and an F-16", []string{"records DHS/ICE-016", "records ICE-018 = DHS/ICE-018" + shape}},
		{"USt-IdNr. DE 136 695 976, DE136695976, DE136695975", []string{"vat DE 136 695 976 = DE136695976", "vat DE136695976"}},
		{"VAT GB 980 7806 84; FR40303265045; ATU13585627; BE0428759497", []string{"vat GB 980 7806 84 = GB980780684", "vat FR40303265045", "vat ATU13585627", "vat BE0428759497"}},
		{"NL004495445B01 PL8567346215 IT00743110157 SE556188840401", []string{"vat NL004495445B01", "vat PL8567346215", "vat IT00743110157", "vat SE556188840401"}},
		{"$ 1,234.50, $5, US$12.5 million, $1.234", []string{"amount $ 1,234.50 = 1234.50 USD", "amount $5 = 5 USD", "amount US$12.5 million = 12500000 USD", "amount $1.234 = 1.234 USD" + sign}},
		{"EUR 12.5 million; 12,5 Mio. €; 1.234,56 EUR; € 1.234", []string{"amount EUR 12.5 million = 12500000 EUR", "amount 12,5 Mio. € = 12500000 EUR", "amount 1.234,56 EUR = 1234.56 EUR", "amount € 1.234 = 1234 EUR" + sign}},
		{"£3bn, 1 234 567,89 zł, CHF 1'234.50, 0,125 €", []string{"amount £3bn = 3000000000 GBP", "amount 1 234 567,89 zł = 1234567.89 PLN", "amount CHF 1'234.50 = 1234.50 CHF", "amount 0,125 € = 0.125 EUR"}},
		{"-$1,000,000.00 and $(5) and 12 dollars", []string{"amount -$1,000,000.00 = -1000000.00 USD", "amount 12 dollars = 12 USD"}},
		{"$1.2.3 and 10 USD20", []string{"amount USD20 = 20 USD"}},
		{"2 млрд рублей, 3,5 млн грн", []string{"amount 2 млрд рублей = 2000000000 RUB", "amount 3,5 млн грн = 3500000 UAH"}},
		{"2024-03-05, 2024-03-05T10:20:30Z, 2024/3/5", []string{"date 2024-03-05", "date 2024-03-05T10:20:30Z = 2024-03-05T10:20:30", "date 2024/3/5 = 2024-03-05"}},
		{"03/04/2024, 13/4/2024, 4/13/2024, 5.3.2024", []string{"date 03/04/2024 = 2024 ? 2024-03-04 or 2024-04-03", "date 13/4/2024 = 2024-04-13", "date 4/13/2024 = 2024-04-13", "date 5.3.2024 = 2024-03-05"}},
		{"March 5, 2024; 5th of March 2024; Mar. 5, 2024; March 2024; March 5th, 2024", []string{"date March 5, 2024 = 2024-03-05", "date 5th of March 2024 = 2024-03-05", "date Mar. 5, 2024 = 2024-03-05", "date March 2024 = 2024-03", "date March 5th, 2024 = 2024-03-05"}},
		{"5. März 2024, 5 de marzo de 2024, 1er août 2024, 5 marca 2024", []string{"date 5. März 2024 = 2024-03-05", "date 5 de marzo de 2024 = 2024-03-05", "date 1er août 2024 = 2024-08-01", "date 5 marca 2024 = 2024-03-05"}},
		{"5 марта 2024 г., 5 Μαρτίου 2024, 2024年3月5日, 2024年3月", []string{"date 5 марта 2024 = 2024-03-05", "date 5 Μαρτίου 2024 = 2024-03-05", "date 2024年3月5日 = 2024-03-05", "date 2024年3月 = 2024-03"}},
		{"5-Mar-24, 05MAR2024", []string{"date 5-Mar-24 = 2024-03-05 ? the century is not said", "date 05MAR2024 = 2024-03-05"}},
		{"31.02.2024, 99/99/2024, 1.2.3, 192.168.10.12", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, shapes(tt.text, Options{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestPatternsOfCountry(t *testing.T) {
	tests := []struct {
		country, text, want string
	}{
		{"us", "on 03/04/2024", "date 03/04/2024 = 2024-03-04"},
		{"gb", "on 03/04/2024", "date 03/04/2024 = 2024-04-03"},
		{"us", "(202) 555-0143", "phone (202) 555-0143 = +12025550143"},
		{"de", "Telefon 030 1234567", "phone 030 1234567 = +49301234567"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff([]string{tt.want}, shapes(tt.text, Options{Countries: []string{tt.country}})); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", tt.country, tt.text, diff)
		}
	}
}

func FuzzPatterns(f *testing.F) {
	f.Add("Ä $1,234.5 million on 5. März 2024, a@b.de https://x.org/é) DE89 3704 0044 0532 0130 00")
	f.Add("Tel. +49 (0)30 1 DHS/ICE-016 FR Doc. 2022-02323 2024年3月5日 70CDCR24FG0000001 NL004495445B01 IMO 9074729 VAT ATU13585627 -5 k€")
	f.Add("CAGE 1ABC2 DUNS 12-345-6788 UEI ZQGGHJH74DW7 5-Mar-24 03/04/24 \xff@\xff.de w www.é.org ¬12")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			return
		}
		last := 0
		Patterns(text, Options{Countries: []string{"de"}}, func(s Span) {
			checkPlaces(t, text, s)
			if s.Start < last {
				t.Fatalf("%s span %q begins at %d, inside the one before", s.Kind, s.Text, s.Start)
			}
			last = s.End
		})
	})
}

func BenchmarkPatterns(b *testing.B) {
	text := strings.Repeat("The contractor shall invoice the agency under section 12 of the agreement for services in the amount of $1,234.50 "+
		"before March 5, 2024, and write to office@example.org. All other terms of the contract remain as they were agreed. ", 20000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Patterns(text, Options{}, func(Span) {})
	}
}
