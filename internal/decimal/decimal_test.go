package decimal

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"
)

func mustParse(t *testing.T, s string) Decimal {
	t.Helper()
	d, err := Parse(s)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	return d
}

func TestParse(t *testing.T) {
	tests := []struct{ in, want string }{
		{"0", "0"}, {"-0.00", "0.00"}, {"1234.50", "1234.50"}, {"+7", "7"}, {"007", "7"},
		{".5", "0.5"}, {"5.", "5"}, {"-0.05", "-0.05"}, {"1.5e3", "1500"}, {"1.5E+05", "150000"},
		{"1e-3", "0.001"}, {"12.345e1", "123.45"}, {"0e900", "0"},
		{"9223372036854775807", "9223372036854775807"},
		{"-9223372036854775808", "-9223372036854775808"},
		{"123456789012345678901234567890.12", "123456789012345678901234567890.12"},
	}
	for _, tt := range tests {
		if got := mustParse(t, tt.in).String(); got != tt.want {
			t.Errorf("Parse(%q) = %s, want %s", tt.in, got, tt.want)
		}
	}
	bad := []string{"", "-", ".", "1.2.3", "1,000", "$5", "1e", "e5", "1e5.0", "1e+-5", "--1", "NaN", "Inf", "0x10", " 1",
		"1e1001", "1e999999999999", strings.Repeat("9", MaxDigits+1)}
	for _, in := range bad {
		if d, err := Parse(in); err == nil {
			t.Errorf("Parse(%q) = %s, want an error", in, d)
		}
	}
}

func TestArithmetic(t *testing.T) {
	tests := []struct{ a, b, sum, diff string }{
		{"1.5", "0.25", "1.75", "1.25"},
		{"0.1", "0.2", "0.3", "-0.1"},
		{"9223372036854775807", "1", "9223372036854775808", "9223372036854775806"},
		{"-9223372036854775808", "-1", "-9223372036854775809", "-9223372036854775807"},
		{"9223372036854775807", "0.01", "9223372036854775807.01", "9223372036854775806.99"},
		{"100000000000000000000", "-100000000000000000000", "0", "200000000000000000000"},
		{"1", "1e-30", "1.000000000000000000000000000001", "0.999999999999999999999999999999"},
	}
	for _, tt := range tests {
		a, b := mustParse(t, tt.a), mustParse(t, tt.b)
		if got := a.Add(b).String(); got != tt.sum {
			t.Errorf("%s + %s = %s, want %s", tt.a, tt.b, got, tt.sum)
		}
		if got := a.Sub(b).String(); got != tt.diff {
			t.Errorf("%s - %s = %s, want %s", tt.a, tt.b, got, tt.diff)
		}
		if got := a.String(); got != mustParse(t, tt.a).String() {
			t.Errorf("operand changed to %s", got)
		}
	}
}

func TestCmp(t *testing.T) {
	order := []string{"-1e30", "-2", "-1.5", "-0.001", "0", "0.0010", "1.5", "2", "9223372036854775807", "9223372036854775807.1"}
	for i, a := range order {
		for j, b := range order {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := mustParse(t, a).Cmp(mustParse(t, b)); got != want {
				t.Errorf("Cmp(%s, %s) = %d, want %d", a, b, got, want)
			}
		}
	}
	if mustParse(t, "1.5").Cmp(mustParse(t, "1.500")) != 0 {
		t.Error("1.5 and 1.500 differ")
	}
	var zero Decimal
	if !zero.IsZero() || zero.String() != "0" || zero.Sign() != 0 {
		t.Errorf("zero value is %s", zero)
	}
	if got := mustParse(t, "-3.10").Abs().String(); got != "3.10" {
		t.Errorf("Abs = %s", got)
	}
}

func TestStringFixed(t *testing.T) {
	tests := []struct {
		in     string
		places int
		want   string
	}{
		{"1.005", 2, "1.01"}, {"-1.005", 2, "-1.01"}, {"1.004", 2, "1.00"}, {"-0.004", 2, "0.00"},
		{"5", 2, "5.00"}, {"0", 2, "0.00"}, {"999.995", 2, "1000.00"}, {"0.5", 0, "1"}, {"-0.5", 0, "-1"},
		{"123456789012345678901.235", 2, "123456789012345678901.24"},
	}
	for _, tt := range tests {
		if got := mustParse(t, tt.in).StringFixed(tt.places); got != tt.want {
			t.Errorf("%s.StringFixed(%d) = %s, want %s", tt.in, tt.places, got, tt.want)
		}
	}
}

func TestJSON(t *testing.T) {
	out, err := json.Marshal(map[string]Decimal{"a": mustParse(t, "236345105.88")})
	if err != nil || string(out) != `{"a":"236345105.88"}` {
		t.Errorf("got %s, %v", out, err)
	}
	var in struct{ A, B, C Decimal }
	if err := json.Unmarshal([]byte(`{"A":"1.50","B":2.25,"C":null}`), &in); err != nil {
		t.Fatal(err)
	}
	if in.A.String() != "1.50" || in.B.String() != "2.25" || !in.C.IsZero() {
		t.Errorf("got %s %s %s", in.A, in.B, in.C)
	}
	if err := json.Unmarshal([]byte(`{"A":"x"}`), &in); err == nil {
		t.Error("read x as a number")
	}
}

func TestSumOfMillion(t *testing.T) {
	values := []Decimal{mustParse(t, "1234567.89"), mustParse(t, "-0.5"), mustParse(t, "17"), mustParse(t, "0.003")}
	start := time.Now()
	var sum Decimal
	for i := range 1_000_000 {
		sum = sum.Add(values[i%len(values)])
	}
	if got, want := sum.String(), "308646098250.000"; got != want {
		t.Errorf("sum = %s, want %s", got, want)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("a million sums took %v", took)
	}
	if n := testing.AllocsPerRun(100, func() { sum = sum.Add(values[0]) }); n != 0 {
		t.Errorf("small sums allocate %v times", n)
	}
}

func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"0", "-1.50", "1e-3", "9223372036854775807", "1.2.3", "1e999", "-9223372036854775808"} {
		f.Add(s, "0.01")
	}
	f.Fuzz(func(t *testing.T, s, u string) {
		a, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(a.String())
		if err != nil || again.String() != a.String() || again.Cmp(a) != 0 {
			t.Fatalf("%q → %s → %s, %v", s, a, again, err)
		}
		b, err := Parse(u)
		if err != nil {
			return
		}
		ra, _ := new(big.Rat).SetString(a.String())
		rb, _ := new(big.Rat).SetString(b.String())
		sum := new(big.Rat).Add(ra, rb)
		if got, _ := new(big.Rat).SetString(a.Add(b).String()); got.Cmp(sum) != 0 {
			t.Fatalf("%s + %s = %s, want %s", a, b, a.Add(b), sum)
		}
		if a.Add(b).Sub(b).Cmp(a) != 0 || a.Cmp(b) != ra.Cmp(rb) {
			t.Fatalf("%s and %s: not a group", a, b)
		}
	})
}

// go test ./internal/decimal -bench Add -count 6
func BenchmarkAdd(b *testing.B) {
	x, _ := Parse("1234567.89")
	var sum Decimal
	for b.Loop() {
		sum = sum.Add(x)
	}
}
