package text

import "maps"

func init() {
	maps.Copy(arabic.words, arabicComments)
	maps.Copy(arabic.forms, arabicHitForms)
}

// arabicComments has the words of comments on reports, and of searches that a case keeps.
var arabicComments = map[string]string{
	"Comments": "التعليقات", "Comment": "علّق", "A comment; it is never published": "تعليق؛ لا يُنشر أبدًا",
	"On which words of the text; without words on all of it": "على أي كلمات من النص؛ وبلا كلمات على كله",
	"the words are not there any more":                       "لم تعد الكلمات هناك", "a comment is not settled": "تعليق لم يُحسم",
	"settled": "محسوم", "Settle": "احسم", "Open again": "افتح من جديد", "Answer": "أجب", "An answer": "جواب",
	"Search for %s": "بحث عن %s", "Hit": "النتيجة", "Words": "الكلمات",
}

var arabicHitForms = map[string][]string{
	"more was found than the first %s hits, which are kept": {"وُجد أكثر مما حُفظ", "وُجد أكثر من النتيجة الأولى المحفوظة", "وُجد أكثر من أول نتيجتين محفوظتين", "وُجد أكثر من أول %s نتائج محفوظة", "وُجد أكثر من أول %s نتيجة محفوظة", "وُجد أكثر من أول %s نتيجة محفوظة"},
}
