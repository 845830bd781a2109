package charset_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"

	"overt/extract/charset"
)

// Text without a declaration is told by what it says.
func TestEastern(t *testing.T) {
	tests := []struct{ name, text string }{
		{"shift_jis", "これは発明された文書です。会社の名前と日付があります。"},
		{"euc-jp", "これは発明された文書です。会社の名前と日付があります。"},
		{"iso-2022-jp", "これは発明された文書です。"},
		{"gbk", "这是一份虚构的合同，公司的名字和日期在下面。他们不知道我是谁。"},
		{"big5", "這是一份虛構的合同，公司的名字和日期在下面。他們不知道我是誰。"},
		{"euc-kr", "이것은 지어낸 문서입니다. 회사의 이름과 날짜가 있습니다."},
		{"windows-1252", "Der Geschäftsführer übergibt die Akten, sagte er, größtenteils für später."},
		{"windows-1256", "هذه وثيقة مخترعة فيها اسم وتاريخ ولا شيء غير ذلك."},
		{"windows-1253", "Αυτό είναι ένα φανταστικό έγγραφο με όνομα και ημερομηνία."},
		{"windows-1250", "Żółte światła świeciły nad przystanią, a księgowa liczyła pieniądze."},
		{"windows-1251", "Это выдуманный документ, в нём есть имя и дата."},
	}
	for _, tt := range tests {
		e, err := htmlindex.Get(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := e.NewEncoder().String(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := charset.Detect([]byte(b)); got.Name != tt.name {
			t.Errorf("%s: got %s (%s)", tt.name, got.Name, got.Why)
		}
	}
	b, err := charmap.CodePage037.NewEncoder().String(strings.Repeat("This is an invented letter from a mainframe. ", 4))
	if err != nil {
		t.Fatal(err)
	}
	if got := charset.Detect([]byte(b)); got.Name != charset.EBCDIC {
		t.Errorf("EBCDIC: got %s (%s)", got.Name, got.Why)
	}
	if charset.Single(charset.EBCDIC) != nil {
		t.Error("EBCDIC is said to leave ASCII alone")
	}
}
