package sheet

import "testing"

func TestShow(t *testing.T) {
	tests := []struct {
		code, raw string
		e1904     bool
		want      string
	}{
		{"General", "1.5E-7", false, "0.00000015"},
		{"General", "1E+2", false, "100"},
		{"General", "113969.14999999999", false, "113969.15"},
		{"General", "123456789012345678", false, "123456789012345678"},
		{"0.00E+00", "12", false, "12"},
		{`"days" 0`, "12", false, "12"},
		{`[Red]0;[Blue]-0`, "12", false, "12"},
		{`[$-409]d\-mmm\-yy;@`, "39125", false, "2007-02-12"},
		{"mmm", "39125", false, "2007-02-12"},
		{"yyyy-mm-dd", "1", false, "1900-01-01"},
		{"yyyy-mm-dd", "61", false, "1900-03-01"},
		{"yyyy-mm-dd", "0", true, "1904-01-01"},
		{"m/d/yy h:mm", "39125.999999", false, "2007-02-13T00:00:00"},
		{"mm:ss", "0.5", false, "12:00:00"},
		{"[mm]:ss", "0.5", false, "12:00:00"},
		{"yyyy", "-1", false, "-1"},
		{"yyyy", "text", false, "text"},
		{"yyyy", "1e300", false, Number("1e300")},
	}
	for _, tt := range tests {
		if got := ParseFormat(tt.code).Show(tt.raw, tt.e1904); got != tt.want {
			t.Errorf("%s of %s: got %q, want %q", tt.code, tt.raw, got, tt.want)
		}
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{"a_x000D_b": "a\rb", "_x": "_x", "_x00": "_x00", "_xZZZZ_": "_xZZZZ_", "_xD83D__xDE00_": "😀", "_x005F_x0041_": "_x0041_"} {
		if got := Unescape(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzFormat(f *testing.F) {
	f.Add(`[h]"x"\ym;@`, "1.5E+3", "_x0041_")
	f.Fuzz(func(_ *testing.T, code, raw, s string) {
		ParseFormat(code).Show(raw, false)
		Unescape(s)
	})
}
