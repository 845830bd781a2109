package text

import "maps"

func init() { maps.Copy(arabic.words, arabicPictures) }

// arabicPictures has the words of pictures, and of the pages that follow links.
var arabicPictures = map[string]string{
	"%s bn": "%s مليار", "%s k": "%s ألف", "%s m": "%s مليون", "%s tn": "%s تريليون", "%s (%s)": "%s (%s)", "%s, %s": "%s، %s", "%s: %s": "%s: %s", "%s to %s": "%s إلى %s", "= %s": "= %s",
	"Nothing to draw.": "لا شيء يُرسم.", "1 source": "مصدر واحد", "Sources": "المصادر", "%s sources": "%s من المصادر",
	"From": "من", "Until": "حتى", "To": "إلى", "What": "ماذا", "Why": "لماذا", "When": "متى", "Link": "صلة", "Path": "مسار", "Lane": "خط", "Field": "حقل", "Group": "مجموعة", "Note": "ملاحظة", "Country": "بلد",
	"How many": "العدد", "Interval": "المجال", "Period": "الفترة", "Value": "القيمة", "Weight": "الوزن", "Said": "قيل", "Was": "كان",
	"award": "ترسية", "subaward": "ترسية فرعية", "stated, no payment record": "مذكور، بلا سجل دفع",
	"%s, returned": "%s، أُعيد", "%s, goes round": "%s، يدور", "%s, to itself": "%s، إلى نفسه", "%s, %s to itself": "%s، %s إلى نفسه",
	"others (%s)": "آخرون (%s)", "%s to %s: %s, %s %s, %s": "%s إلى %s: %s، %s %s، %s", "%s: got %s, gave %s %s": "%s: تلقّى %s، أعطى %s %s",
	"%s amounts between %s parties, %s with a source; the same figures stand in the table.": "%s من المبالغ بين %s من الأطراف، %s منها بمصدر؛ الأرقام نفسها في الجدول.",
	"more": "المزيد", "+ %s more": "+ %s أخرى", "%s: %s links": "%s: %s من الصلات", "%s and %s: %s": "%s و%s: %s",
	"%s parties and %s links between them; the same links stand in the table.": "%s من الأطراف و%s من الصلات بينها؛ الصلات نفسها في الجدول.",
	"%s to %s: %s, %s": "%s إلى %s: %s، %s", "%s paths; the table has their steps.": "%s من المسارات؛ خطواتها في الجدول.",
	"total": "المجموع", "%s parts add up to %s; the table has each.": "%s من الأجزاء مجموعها %s؛ كل منها في الجدول.",
	"looked for, not found": "بُحث عنه ولم يوجد", "not looked for": "لم يُبحث عنه",
	"%s rows and %s columns, %s cells with a chain; the table has all.": "%s من الصفوف و%s من الأعمدة، %s من الخلايا بسلسلة؛ كلها في الجدول.",
	"not known": "غير معروف", "not ended": "لم ينته", "%s, taken out of the source": "%s، أُزيل من المصدر", "%s without date": "%s بلا تاريخ", "%s outside": "%s خارج المدى",
	"%s: %s, %s": "%s: %s، %s", "%s: %s events": "%s: %s من الأحداث",
	"day": "يوم", "known to the month or year": "معروف بالشهر أو السنة", "ended": "انتهى", "taken out of the source": "أُزيل من المصدر",
	"%s events in %s lanes; the table has each with its dates.": "%s من الأحداث في %s من الخطوط؛ كل منها بتواريخه في الجدول.",
	"over the limit": "فوق الحد", "limit %s": "الحد %s", "%s values of: %s; the table has each.": "%s من قيم: %s؛ كل منها في الجدول.",
	"said": "قيل", "was": "كان", "said %s, was %s (%s to %s), of %s": "قيل %s، كان %s (%s إلى %s)، من %s",
	"%s groups of answers: how likely it was said, and how often it was so.": "%s من مجموعات الأجوبة: كم قيل إنه محتمل، وكم كان كذلك.",
	"No values.": "لا قيم.", "%s values from %s to %s.": "%s من القيم من %s إلى %s.",
	"up to %s": "حتى %s", "no number": "بلا عدد", "Not on the map: %s": "ليس على الخريطة: %s",
	"%s by country, of %s countries; the table has each.": "%s حسب البلد، في %s من البلدان؛ كل منها في الجدول.",

	"Picture: %s": "صورة: %s", "Trace": "تتبّع", "Flow": "تدفق", "Net": "شبكة", "Table": "جدول", "Reach": "وصول", "Follow": "تتبّع", "Hops, at most": "الخطوات، على الأكثر", "By": "عبر", "As of": "بتاريخ", "any link": "أي صلة",
	"money": "مال", "hosting": "استضافة", "data": "بيانات", "ownership": "ملكية", "mail": "بريد",
	"Follow links, money and data": "تتبّع الصلات والمال والبيانات", "Say whom it is about.": "قل عمّن هو.",
	"Say where the path begins and where it ends.": "قل أين يبدأ المسار وأين ينتهي.", "Say which system or data set it is about.": "قل عن أي نظام أو مجموعة بيانات هو.",
	"or did you mean": "أم تقصد", "best match": "أقرب ما وُجد", "all cited": "كلها بمصادر", "Save as CSV": "حفظ بصيغة CSV", "Show more": "إظهار المزيد", "Take the last one back": "التراجع عن الأخير", "include them": "إدراجها",
	"The same as a table": "الشيء نفسه جدولًا", "Follow further": "تتبّع أبعد", "Trace from here": "تتبّع من هنا", "Who can reach it, side by side": "من يصل إليه، جنبًا إلى جنب", "Goes by": "يستند إلى",
	"How": "كيف", "Amount": "المبلغ", "Source": "المصدر", "Hop": "خطوة", "Currency": "العملة", "withheld or not named": "محجوب أو غير مسمّى", "Taken back": "استُرجع", "Items": "البنود", "Unknown": "مجهول", "Per month or year": "شهريًا أو سنويًا", "Repeats": "مكرر", "Hops": "الخطوات", "Chain": "السلسلة", "Party": "الطرف", "State": "الحالة",
	"Paths from %s to %s": "مسارات من %s إلى %s", "Money from %s to %s": "مال من %s إلى %s", "Money of %s": "مال %s", "Who is linked with whom": "من يتصل بمن", "Who can reach what %s holds": "من يصل إلى ما لدى %s",
	"Of all neighbours at most": "من كل الجيران على الأكثر", "Closer": "أقرب", "Further away": "أبعد", "All of it": "كلها",
	"This browser cannot draw so large a network. The table below has it all.":                "لا يستطيع هذا المتصفح رسم شبكة بهذا الكبر. كل ما فيها في الجدول أدناه.",
	"%s parties and %s links. Colours are kinds; the table below has the same, with sources.": "%s من الأطراف و%s من الصلات. الألوان أنواع؛ والجدول أدناه فيه الشيء نفسه مع المصادر.",
	"What was looked for": "ما بُحث عنه", "not found": "لم يوجد", "found": "وُجد",
}
