package text

// arabic has the words of pages in Arabic.
var arabic = &Language{Tag: "ar", Name: "العربية", RTL: true, form: arabicForm, words: map[string]string{
	"Search": "بحث", "Desk": "المكتب", "change": "تغيير", "none": "لا شيء", "Purpose": "الغرض", "Case": "القضية",
	"Skip to the content": "انتقل إلى المحتوى", "Screens": "الشاشات", "Search sources": "ابحث في المصادر", "Beside": "بجانب الصفحة",
	"Each question is recorded before it is answered.": "يُسجَّل كل سؤال قبل أن يُجاب عنه.",
	"Purpose, language, look":                          "الغرض واللغة والمظهر", "keys": "المفاتيح", "Keys": "المفاتيح", "Close": "إغلاق", "Go to": "اذهب إلى",
	"search": "بحث", "next, previous": "التالي، السابق", "open": "فتح", "cite": "استشهاد", "undo, or back": "تراجع أو رجوع",
	"close what is beside": "إغلاق ما بجانب الصفحة", "go to anything on the page": "اذهب إلى أي شيء في الصفحة", "this list": "هذه القائمة",
	"no source": "بلا مصدر", "disputed": "متنازع عليه", "%s vs %s": "%s مقابل %s", "gone by %s": "اختفى بحلول %s",
	"withdrawn or corrected by its publisher": "سحبه ناشره أو صحّحه",
	"not stated by any source here":           "لا يذكره أي مصدر هنا", "find a source": "ابحث عن مصدر", "Pages": "الصفحات", "First page": "الصفحة الأولى", "Next page": "الصفحة التالية",
}, forms: map[string][]string{
	"%s sources": {"لا مصادر", "مصدر واحد", "مصدران", "%s مصادر", "%s مصدرًا", "%s مصدر"},
	"%s parts":   {"لا أجزاء", "جزء واحد", "جزءان", "%s أجزاء", "%s جزءًا", "%s جزء"},
}}

// arabicForm is the plural rule of Arabic (Unicode CLDR): zero, one, two, few, many,
// other.
func arabicForm(n int) int {
	switch m := n % 100; {
	case n < 3:
		return n
	case m >= 3 && m <= 10:
		return 3
	case m >= 11:
		return 4
	}
	return 5
}
