package text

import "maps"

func init() {
	maps.Copy(arabic.words, arabicNames)
	maps.Copy(arabic.forms, arabicNamesForms)
}

// arabicNames has the words of the queue of names in documents.
var arabicNames = map[string]string{
	"Names in documents": "أسماء في الوثائق", "Who is meant?": "من المقصود؟", "name %s of %s": "الاسم %s من %s", "and more once these are decided": "والمزيد متى قُرّر في هذه",
	"Whom a document means by a name. Those first that may mean somebody of an open case of yours, then names that the fewest documents have, then those on the most pages.": "من تقصده وثيقة باسم. أولًا ما قد يقصد أحدًا في قضية مفتوحة لك، ثم الأسماء الواردة في أقل الوثائق، ثم الواردة في أكثر الصفحات.",
	"No name in the documents waits: none is called like anybody here, or all are decided.":                                                                                  "لا اسم في الوثائق ينتظر: لا يوافق أيٌّ منها اسم أحد هنا، أو قُرّر فيها كلها.",
	"means": "يقصد", "means none of those": "لا يقصد أيًّا من أولئك", "in a case of yours": "في قضية لك", "written so": "كُتب هكذا",
	"It is": "إنه", "It is not": "ليس هو", "None of these": "لا أحد من هؤلاء", "Never a name, in any document": "ليس اسمًا أبدًا، في أي وثيقة",
}

var arabicNamesForms = map[string][]string{
	"%s names":        {"لا أسماء", "اسم واحد", "اسمان", "%s أسماء", "%s اسمًا", "%s اسم"},
	"on %s pages":     {"ليس في صفحة", "في صفحة واحدة", "في صفحتين", "في %s صفحات", "في %s صفحة", "في %s صفحة"},
	"in %s documents": {"ليس في وثيقة", "في وثيقة واحدة", "في وثيقتين", "في %s وثائق", "في %s وثيقة", "في %s وثيقة"},
	"%s more are called so; they come when none of these is meant.": {"لا آخر بهذا الاسم.", "واحد آخر بهذا الاسم؛ يأتي إن لم يُقصد أحد هؤلاء.", "اثنان آخران بهذا الاسم؛ يأتيان إن لم يُقصد أحد هؤلاء.", "%s آخرون بهذا الاسم؛ يأتون إن لم يُقصد أحد هؤلاء.", "%s آخرون بهذا الاسم؛ يأتون إن لم يُقصد أحد هؤلاء.", "%s آخرون بهذا الاسم؛ يأتون إن لم يُقصد أحد هؤلاء."},
}
