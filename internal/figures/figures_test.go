package figures

import "testing"

func TestFigure(t *testing.T) {
	var f Figure
	f.Add("One two, two THREE", "two three three four")
	if f.Right != 2 || f.Of != 4 || f.Found != 4 || f.Recall() != 0.5 || f.Precision() != 0.5 {
		t.Errorf("%+v", f)
	}
	if (Figure{}).Recall() != 0 || (Figure{}).Precision() != 0 {
		t.Error("of nothing")
	}
}
