package text

import "maps"

func init() {
	maps.Copy(arabic.words, arabicReports)
	maps.Copy(arabic.forms, arabicReportForms)
}

// arabicReports has the words of reports and of the views that a case keeps.
var arabicReports = map[string]string{
	"%s": "%s", "Page and text": "الصفحة والنص",
	"Report": "التقرير", "No report yet": "لا تقرير بعد", "A new report": "تقرير جديد", "Begin empty": "ابدأ فارغًا", "Begin with the confirmed claims": "ابدأ بالادعاءات المؤكدة",
	"A report is a text whose sentences cite the claims of the case. A second person approves it before it is published.": "التقرير نص تستشهد جمله بادعاءات القضية، ويوافق عليه شخص ثان قبل نشره.",
	"A second person approves it: somebody other than who wrote it or asked for it.":                                      "يوافق عليه شخص ثان: غير من كتبه أو طلب نشره.",
	"Title; without one that of the case":                               "العنوان؛ وبلا عنوان يكون عنوان القضية",
	"# heading, - item, > quotation, | a | row |, **strong**, *stress*": "# عنوان، - بند، > اقتباس، | صف | جدول |، **غليظ**، *مؤكد*",
	"Text; Ctrl-K cites a claim or places a view":                       "النص؛ Ctrl-K يستشهد بادعاء أو يضع عرضًا",
	"Keep this version": "احفظ هذه النسخة", "Versions": "النسخ", "version %s": "النسخة %s", "version %s is published": "النسخة %s منشورة", "no text yet": "لا نص بعد",
	"What changed from version %s to %s": "ما تغيّر من النسخة %s إلى %s", "Find": "ابحث", "How it reads": "كيف يُقرأ", "Check list": "قائمة التحقق",
	"Nothing speaks against publishing it": "لا شيء يمنع نشره", "The check list has open points.": "في قائمة التحقق نقاط مفتوحة.",
	"pass over": "تجاوز", "Pass over": "تجاوز", "passed over by": "تجاوزها", "cannot be passed over": "لا يمكن تجاوزها", "Why; it is published": "لماذا؛ يُنشر السبب",
	"Right of reply": "حق الرد", "asked, answered?": "هل سُئل وأجاب؟", "Asked": "سُئل", "Answered": "أجاب", "Not asked": "لم يُسأل", "asked": "سُئل", "answered": "أجاب", "waived": "لم يُسأل",
	"Day, as 2026-03-31": "اليوم، مثل 2026-03-31", "What was answered, or why nobody was asked; it is published": "ما الجواب، أو لماذا لم يُسأل؛ ويُنشر",
	"Publication": "النشر", "Publish": "انشر", "Ask that it is published": "اطلب نشره", "Approve": "وافق", "Approve and publish": "وافق وانشر", "Refuse": "ارفض",
	"to be published, asks": "طلب النشر", "approved by": "وافق عليه", "refused by": "رفضه", "Bundle with proofs (ZIP)": "الحزمة مع البراهين (ZIP)",
	"Print the published page with your browser: it sets its notes by numbers, on A4 or Letter.": "اطبع الصفحة المنشورة من متصفحك: حواشيها مرقمة، على A4 أو Letter.",
	"Its newest version is published. A new version begins anew.":                                "أحدث نسخة منه منشورة. وكل نسخة جديدة تبدأ من جديد.",
	"Add the view to the case": "أضف العرض إلى القضية", "Work in a case": "اعمل في قضية", "to keep this view in it": "لتحفظ هذا العرض فيها", "Views, as they were": "العروض كما كانت",
	"What is said of %s": "ما يقال عن %s",
	"kept by":            "حفظه", "as of": "بتاريخ", "as it is today": "كما هو اليوم", "there is no such view, or you may not see it": "لا عرض بهذا الاسم، أو لا يحق لك أن تراه",
	"a view of sources you may not all open": "عرض لمصادر لا يحق لك فتحها كلها", "table": "جدول", "picture": "صورة",
	"kept a view": "حفظ عرضًا", "began a report": "بدأ تقريرًا", "wrote its text": "كتب نصه", "said whether somebody was asked": "ذكر هل سُئل أحد",
	"passed over a point of the check list": "تجاوز نقطة من قائمة التحقق", "asked that it is published": "طلب نشره", "approved it": "وافق عليه", "published it": "نشره", "refused it": "رفضه",
}

var arabicReportForms = map[string][]string{
	"%s claims are confirmed": {"لا ادعاء مؤكد", "ادعاء واحد مؤكد", "ادعاءان مؤكدان", "%s ادعاءات مؤكدة", "%s ادعاء مؤكدًا", "%s ادعاء مؤكد"},
	"%s open points":          {"لا نقاط مفتوحة", "نقطة مفتوحة واحدة", "نقطتان مفتوحتان", "%s نقاط مفتوحة", "%s نقطة مفتوحة", "%s نقطة مفتوحة"},
	"%s rows":                 {"لا صفوف", "صف واحد", "صفان", "%s صفوف", "%s صفًا", "%s صف"},
	"%s files":                {"لا ملفات", "ملف واحد", "ملفان", "%s ملفات", "%s ملفًا", "%s ملف"},
	"%s things to cite":       {"لا شيء يُستشهد به", "شيء واحد يُستشهد به", "شيئان يُستشهد بهما", "%s أشياء يُستشهد بها", "%s شيئًا يُستشهد به", "%s شيء يُستشهد به"},
}
