// Package decimal computes with exact decimal numbers, as amounts of money
// need them: what was read is what is written, sums never round, and a sum of
// mixed scales has the finest of them.
//
// A Decimal is a coefficient and a scale, value = coefficient × 10^-scale.
// Coefficients that fit an int64 are kept there; only what overflows goes to
// math/big.
package decimal

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// MaxDigits bounds the written length of a parsed number, so that a short
// hostile text such as 1e999999999 cannot ask for gigabytes.
const MaxDigits = 1000

// A Decimal is an exact decimal number. It is immutable; the zero value is 0.
// Compare with Cmp, never with ==: 1.5 and 1.50 are equal but not identical.
type Decimal struct {
	small int64
	big   *big.Int // the coefficient when it does not fit small, else nil
	scale int32    // digits after the point, ≥ 0
}

// FromInt gives n with scale 0.
func FromInt(n int64) Decimal { return Decimal{small: n} }

// New gives coefficient × 10^-scale; a negative scale counts as 0.
func New(coefficient int64, scale int) Decimal {
	return Decimal{small: coefficient, scale: int32(min(max(scale, 0), MaxDigits))}
}

var pow10 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// Parse reads [+-]digits[.digits][e[+-]digits]: no separators, no signs of
// currency, no blanks. The scale is kept as written (1.50 has scale 2); an
// exponent moves the point exactly. Numbers of more than MaxDigits digits,
// written out, are refused.
func Parse(s string) (Decimal, error) {
	mantissa, exponent, err := splitExponent(s)
	if err != nil {
		return Decimal{}, err
	}
	negative := false
	if mantissa != "" && (mantissa[0] == '-' || mantissa[0] == '+') {
		negative = mantissa[0] == '-'
		mantissa = mantissa[1:]
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	if whole == "" && frac == "" {
		return Decimal{}, errors.New("no digits")
	}
	if !allDigits(whole) || !allDigits(frac) {
		return Decimal{}, errors.New("not a decimal number")
	}
	digits := strings.TrimLeft(whole+frac, "0")
	scale := len(frac) - exponent
	if digits != "" && scale < 0 {
		if len(digits)-scale > MaxDigits {
			return Decimal{}, fmt.Errorf("more than %d digits", MaxDigits)
		}
		digits += strings.Repeat("0", -scale)
	}
	scale = max(scale, 0)
	if len(digits) > MaxDigits || scale > MaxDigits {
		return Decimal{}, fmt.Errorf("more than %d digits", MaxDigits)
	}
	return fromDigits(digits, negative, scale)
}

func splitExponent(s string) (mantissa string, exponent int, err error) {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s, 0, nil
	}
	text := s[i+1:]
	if unsigned := strings.TrimLeft(text, "+-"); len(text)-len(unsigned) > 1 || unsigned == "" || !allDigits(unsigned) {
		return "", 0, errors.New("exponent is not a whole number")
	}
	exponent, err = strconv.Atoi(text)
	if err != nil || exponent > MaxDigits || exponent < -MaxDigits {
		return "", 0, fmt.Errorf("exponent beyond %d", MaxDigits)
	}
	return s[:i], exponent, nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func fromDigits(digits string, negative bool, scale int) (Decimal, error) {
	if len(digits) <= 18 {
		var n int64
		for i := range len(digits) {
			n = n*10 + int64(digits[i]-'0')
		}
		if negative {
			n = -n
		}
		return Decimal{small: n, scale: int32(scale)}, nil
	}
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return Decimal{}, errors.New("not a decimal number")
	}
	if negative {
		n.Neg(n)
	}
	return fromBig(n, int32(scale)), nil
}

// fromBig takes n over and returns to the small form where it fits.
func fromBig(n *big.Int, scale int32) Decimal {
	if n.IsInt64() {
		return Decimal{small: n.Int64(), scale: scale}
	}
	return Decimal{big: n, scale: scale}
}

// coefficient gives a big.Int the caller may change.
func (d Decimal) coefficient() *big.Int {
	if d.big != nil {
		return new(big.Int).Set(d.big)
	}
	return big.NewInt(d.small)
}

// Scale gives the number of digits after the point.
func (d Decimal) Scale() int { return int(d.scale) }

// Add gives d + e with the finer scale of both.
func (d Decimal) Add(e Decimal) Decimal {
	if d.big == nil && e.big == nil {
		a, b, scale, ok := alignSmall(d, e)
		if ok {
			if sum := a + b; (sum > a) == (b > 0) {
				return Decimal{small: sum, scale: scale}
			}
		}
	}
	a, b, scale := alignBig(d, e)
	return fromBig(a.Add(a, b), scale)
}

// Sub gives d - e with the finer scale of both.
func (d Decimal) Sub(e Decimal) Decimal { return d.Add(e.Neg()) }

// Neg gives -d.
func (d Decimal) Neg() Decimal {
	if d.big == nil && d.small != math.MinInt64 {
		d.small = -d.small
		return d
	}
	n := d.coefficient()
	return fromBig(n.Neg(n), d.scale)
}

// Abs gives d without its sign.
func (d Decimal) Abs() Decimal {
	if d.Sign() < 0 {
		return d.Neg()
	}
	return d
}

// Cmp gives -1, 0 or +1 as d is less than, equal to or greater than e.
func (d Decimal) Cmp(e Decimal) int {
	if d.big == nil && e.big == nil {
		if a, b, _, ok := alignSmall(d, e); ok {
			switch {
			case a < b:
				return -1
			case a > b:
				return 1
			}
			return 0
		}
	}
	a, b, _ := alignBig(d, e)
	return a.Cmp(b)
}

// Sign gives -1, 0 or +1.
func (d Decimal) Sign() int {
	switch {
	case d.big != nil:
		return d.big.Sign()
	case d.small > 0:
		return 1
	case d.small < 0:
		return -1
	}
	return 0
}

// IsZero says whether d is 0, whatever its scale.
func (d Decimal) IsZero() bool { return d.Sign() == 0 }

func alignSmall(d, e Decimal) (a, b int64, scale int32, ok bool) {
	a, b, scale = d.small, e.small, d.scale
	switch {
	case d.scale < e.scale:
		a, ok = shift(a, e.scale-d.scale)
		return a, b, e.scale, ok
	case d.scale > e.scale:
		b, ok = shift(b, d.scale-e.scale)
		return a, b, scale, ok
	}
	return a, b, scale, true
}

// shift gives n × 10^places, and false where that overflows.
func shift(n int64, places int32) (int64, bool) {
	if n == 0 {
		return 0, true
	}
	if int(places) >= len(pow10) {
		return 0, false
	}
	abs := uint64(n)
	if n < 0 {
		abs = -abs
	}
	hi, lo := bits.Mul64(abs, uint64(pow10[places]))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	return n * pow10[places], true
}

func alignBig(d, e Decimal) (a, b *big.Int, scale int32) {
	a, b, scale = d.coefficient(), e.coefficient(), max(d.scale, e.scale)
	if d.scale < scale {
		a.Mul(a, bigPow10(scale-d.scale))
	}
	if e.scale < scale {
		b.Mul(b, bigPow10(scale-e.scale))
	}
	return a, b, scale
}

func bigPow10(n int32) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// String writes d in full with exactly its scale: "-1234.50", never an
// exponent, never "-0".
func (d Decimal) String() string {
	var text string
	if d.big != nil {
		text = d.big.String()
	} else {
		text = strconv.FormatInt(d.small, 10)
	}
	return place(text, int(d.scale))
}

// place puts the point scale digits from the end of a signed whole number.
func place(text string, scale int) string {
	if scale == 0 {
		return text
	}
	sign := ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	if missing := scale + 1 - len(text); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	return sign + text[:len(text)-scale] + "." + text[len(text)-scale:]
}

// StringFixed writes d with exactly places digits after the point, rounding
// half away from zero where digits fall off. A value that rounds to nothing
// has no sign.
func (d Decimal) StringFixed(places int) string {
	places = min(max(places, 0), MaxDigits)
	if int(d.scale) <= places {
		return Decimal{scale: int32(places)}.Add(d).String()
	}
	n := d.coefficient()
	unit := bigPow10(d.scale - int32(places))
	half := new(big.Int).Rsh(unit, 1)
	if n.Sign() < 0 {
		half.Neg(half)
	}
	n.Quo(n.Add(n, half), unit)
	return place(n.String(), places)
}

// MarshalText writes String.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what Parse reads.
func (d *Decimal) UnmarshalText(text []byte) (err error) {
	*d, err = Parse(string(text))
	return err
}

// MarshalJSON writes d as a string, since a JSON number would lose digits in
// most readers.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(`"` + d.String() + `"`), nil }

// UnmarshalJSON reads a string or a number; null leaves d unchanged.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	if len(data) >= 2 && data[0] == '"' && data[len(data)-1] == '"' {
		data = data[1 : len(data)-1]
	}
	return d.UnmarshalText(data)
}
