package text

import "maps"

func init() {
	maps.Copy(arabic.words, arabicImport)
	maps.Copy(arabic.forms, arabicImportForms)
}

// arabicImport has the words of imports.
var arabicImport = map[string]string{
	"Drop files here, or choose them": "أفلت الملفات هنا، أو اخترها", "Look at them": "انظر فيها", "Imports": "الواردات", "State": "الحالة", "Began": "بدأ",
	"Tables, JSON, XML, documents, mails, archives. They are looked at here, in confined processes; nothing leaves this machine, and nothing is kept before you start.": "جداول وJSON وXML ومستندات ورسائل وأرشيفات. يُنظر فيها هنا، في عمليات معزولة؛ لا يغادر شيء هذا الجهاز، ولا يُحفظ شيء قبل أن تبدأ.",
	"Your imports since the service began": "وارداتك منذ بدء الخدمة", "None yet. What came in by other ways stands under Sources.": "لا شيء بعد. ما ورد بطرق أخرى تجده في المصادر.",
	"Mappings that were made here": "خرائط صُنعت هنا", "When you map columns, the mapping is kept, and knows the next file of its kind.": "حين تعيّن الأعمدة تُحفظ الخريطة، وتعرف الملف التالي من نوعها.", "it cannot be read": "تتعذر قراءتها",
	"not started": "لم يبدأ", "done": "تم", "running": "جارٍ", "cancelled": "أُلغي", "comma": "فاصلة", "semicolon": "فاصلة منقوطة", "tab": "علامة جدولة", "more than %s rows": "أكثر من %s من الصفوف",
	"Nothing is written before you start, and every import can be taken back.":                      "لا يُكتب شيء قبل أن تبدأ، وكل وارد يمكن التراجع عنه.",
	"Documents need no mapping: they are read page by page, searched, and what they name is found.": "لا تحتاج المستندات خريطة: تُقرأ صفحة صفحة، ويُبحث فيها، ويُعثر على من تسميهم.",
	"read as a document": "يُقرأ كمستند", "Read it as rows": "اقرأه كصفوف", "Read it as a document": "اقرأه كمستند", "No known format fits; its columns are mapped below.": "لا تناسبه صيغة معروفة؛ تُعيّن أعمدته أدناه.",
	"detected": "عُرف أنه", "its template is used": "يُستعمل قالبه", "Use its template": "استعمل قالبه", "What the columns become": "ما تصير إليه الأعمدة", "Map the columns": "عيّن الأعمدة", "Write it as YAML": "اكتبها بصيغة YAML",
	"The template %s reads them.": "يقرؤها القالب %s.", "The mapping; docs/format/mapping.md has its form": "الخريطة؛ صيغتها في docs/format/mapping.md", "Take it over": "خذه كما كُتب", "Things that a row names": "ما يسميه الصف",
	"Called": "يُسمى", "Kind": "النوع", "Things": "أشياء", "Columns": "الأعمدة", "Column": "العمود", "Sample": "عينة", "Becomes": "يصير", "Key": "مفتاح", "Dates are written": "تُكتب التواريخ", "Currency of amounts": "عملة المبالغ",
	"the comma is the decimal sign": "الفاصلة علامة عشرية", "guess": "تخمين", "What comes of it": "ما ينتج عنه", "This format is taken in as it is: it says itself what its records are.": "تُؤخذ هذه الصيغة كما هي: تقول بنفسها ما سجلاتها.",
	"Of the first %s rows %s give something.": "من أول %s من الصفوف يعطي %s شيئًا.", "Nothing of them is left out.": "لم يُترك منها شيء.", "Row %s": "الصف %s", "The row before": "الصف السابق", "The next row": "الصف التالي", "It becomes nothing.": "لا يصير شيئًا.",
	"already here": "موجود هنا", "the import adds to it": "يضيف إليه الاستيراد", "one with": "هو نفسه", "may be": "قد يكون", "the same name": "الاسم نفسه", "all of that name": "كل من يحمل هذا الاسم",
	"cited at %s": "موضعه %s", "the mapping says so": "تقوله الخريطة", "Where it belongs": "إلى أين ينتمي", "Dataset": "مجموعة البيانات", "the name under which this publisher's data is kept": "الاسم الذي تُحفظ تحته بيانات هذا الناشر",
	"a report asks for it before it quotes": "يسأل عنه التقرير قبل أن يقتبس", "Class": "الفئة", "Observed on": "رُصد في", "2024-03-31; empty asks the source": "2024-03-31؛ وإن تُرك فارغًا يُسأل المصدر", "The file is": "الملف",
	"a slice: what is missing says nothing": "جزء: ما ينقصه لا يعني شيئًا", "everything: what is missing is gone": "كل شيء: ما ينقصه زال", "changes alone": "تغييرات فقط", "Brought in by": "أدخله", "Open to every purpose of this home.": "متاح لكل أغراض هذا المخزن.",
	"Open to the purposes": "متاح للأغراض", "Start": "ابدأ", "Cancel, and remove the files": "ألغِ وأزل الملفات", "Keep it": "احفظها", "You can leave this page; the import goes on by itself.": "يمكنك مغادرة الصفحة؛ يستمر الوارد وحده.", "Look again": "انظر ثانية",
	"reading": "يُقرأ", "%s of %s documents, %s pages": "%s من %s من المستندات، %s من الصفحات", "%s rows, %s values": "%s من الصفوف، %s من القيم", "Documents read": "مستندات قُرئت", "It is under way": "هو جارٍ", "Stop it here": "أوقفه هنا",
	"Import %s": "الوارد %s", "%s of them new or changed": "%s منها جديد أو متغيّر", "as of": "حتى", "Take it back": "تراجع عنه", "Try again": "حاول ثانية", "Change how it is read": "غيّر كيف يُقرأ", "Take it off the list": "أزله من القائمة", "Another import": "وارد آخر",
	"The files are kept for a day, to try again.": "تُحفظ الملفات يومًا للمحاولة ثانية.", "%s of %s rows read": "قُرئ %s من %s من الصفوف", "read": "قُرئ",
}

// arabicImportForms are by number: zero, one, two, few, many, other.
var arabicImportForms = map[string][]string{
	"%s known public formats need no mapping": {"لا صيغ معروفة", "صيغة عامة معروفة لا تحتاج خريطة", "صيغتان عامتان معروفتان لا تحتاجان خريطة", "%s صيغ عامة معروفة لا تحتاج خريطة", "%s صيغة عامة معروفة لا تحتاج خريطة", "%s صيغة عامة معروفة لا تحتاج خريطة"},
	"%s columns":                           {"لا أعمدة", "عمود واحد", "عمودان", "%s أعمدة", "%s عمودًا", "%s عمود"},
	"%s rows":                              {"لا صفوف", "صف واحد", "صفان", "%s صفوف", "%s صفًا", "%s صف"},
	"%s columns unused":                    {"كل الأعمدة مستعملة", "عمود واحد غير مستعمل", "عمودان غير مستعملين", "%s أعمدة غير مستعملة", "%s عمودًا غير مستعمل", "%s عمود غير مستعمل"},
	"Accept %s guesses":                    {"لا تخمينات", "اقبل تخمينًا واحدًا", "اقبل تخمينين", "اقبل %s تخمينات", "اقبل %s تخمينًا", "اقبل %s تخمين"},
	"%s reasons why something is left out": {"لا أسباب للترك", "سبب واحد لترك شيء", "سببان لترك شيء", "%s أسباب لترك شيء", "%s سببًا لترك شيء", "%s سبب لترك شيء"},
	"%s rows give nothing":                 {"لا صفوف بلا نتيجة", "صف واحد لا يعطي شيئًا", "صفان لا يعطيان شيئًا", "%s صفوف لا تعطي شيئًا", "%s صفًا لا يعطي شيئًا", "%s صف لا يعطي شيئًا"},
	"%s things":                            {"لا أشياء", "شيء واحد", "شيئان", "%s أشياء", "%s شيئًا", "%s شيء"},
	"%s values":                            {"لا قيم", "قيمة واحدة", "قيمتان", "%s قيم", "%s قيمة", "%s قيمة"},
	"%s pages read":                        {"لم تُقرأ صفحات", "قُرئت صفحة واحدة", "قُرئت صفحتان", "قُرئت %s صفحات", "قُرئت %s صفحة", "قُرئت %s صفحة"},
	"%s rows, values or files did not come in: list as CSV": {"لم يُترك شيء", "لم يدخل صف أو قيمة أو ملف واحد: القائمة CSV", "لم يدخل اثنان: القائمة CSV", "لم تدخل %s صفوف أو قيم أو ملفات: القائمة CSV", "لم يدخل %s صفًا أو قيمة أو ملفًا: القائمة CSV", "لم يدخل %s صف أو قيمة أو ملف: القائمة CSV"},
}
