package text

import "maps"

func init() {
	maps.Copy(arabic.words, arabicWatches)
	maps.Copy(arabic.forms, arabicWatchForms)
}

// arabicWatches has the words of what is watched.
var arabicWatches = map[string]string{
	"Watches": "المتابعات", "What you watch": "ما تتابعه", "Watch this": "تابع هذا", "What changed in what you watch": "ما تغيّر فيما تتابعه",
	"Each is asked again whenever something that you see has changed. What came, changed or went is told once, here and on the desk.": "يُعاد السؤال كلما تغيّر شيء مما تراه. ما جاء أو تغيّر أو زال يُذكر مرة واحدة، هنا وعلى المكتب.",
	"You watch nothing yet": "لا تتابع شيئًا بعد",
	"Search for something, open an entity or follow a trace, and press Watch this. Lists are watched from here.": "ابحث عن شيء أو افتح كيانًا أو تتبّع مسارًا، ثم اضغط «تابع هذا». القوائم تُتابع من هنا.",
	"Ask all of them now": "اسأل عنها كلها الآن", "since %s": "منذ %s", "asked last on %s": "سُئل آخر مرة في %s", "ask it now": "اسأل عنه الآن",
	"Set in another case, or for another purpose": "وُضعت في قضية أخرى أو لغرض آخر", "It tells nothing now": "لا تخبر بشيء الآن",
	"I have seen it": "اطّلعت عليه", "Stop watching": "أوقف المتابعة", "Watch lists for your own names": "تابع القوائم بحثًا عن أسمائك", "Lists": "القوائم", "Names on lists": "أسماء في قوائم", "Entity": "كيان",
	"Your names, one a line": "أسماؤك، اسم في كل سطر", "or all names of a source": "أو كل أسماء مصدر", "Nothing new": "لا جديد",
	"What was there when you set the watch is no news. What comes, changes or goes from then on stands here, with where it is said.": "ما كان قائمًا حين وضعت المتابعة ليس جديدًا. ما يأتي أو يتغيّر أو يزول بعد ذلك يُذكر هنا مع موضعه.",
	"new": "جديد", "gone": "زال", "before": "قبل", "now": "الآن", "known as": "معروف باسم", "named in": "مذكور في", "path": "مسار",
	"its case is closed": "قضيتها مغلقة", "you may not enter its case any more": "لم يعد يحق لك دخول قضيتها", "you may not enter for its purpose any more": "لم يعد يحق لك الدخول لغرضها", "its import was taken back": "سُحب استيراده",
}

var arabicWatchForms = map[string][]string{
	"%s things found":            {"لم يُعثر على شيء", "عُثر على شيء واحد", "عُثر على شيئين", "عُثر على %s أشياء", "عُثر على %s شيئًا", "عُثر على %s شيء"},
	"%s new":                     {"لا جديد", "واحد جديد", "اثنان جديدان", "%s جديدة", "%s جديدًا", "%s جديد"},
	"Nothing new in %s watches.": {"لا متابعات.", "لا جديد في متابعة واحدة.", "لا جديد في متابعتين.", "لا جديد في %s متابعات.", "لا جديد في %s متابعة.", "لا جديد في %s متابعة."},
	"%s pieces of news rest on what you may not see any more.": {
		"لا خبر يستند إلى ما لم يعد يحق لك أن تراه.", "خبر واحد يستند إلى ما لم يعد يحق لك أن تراه.", "خبران يستندان إلى ما لم يعد يحق لك أن تراه.",
		"%s أخبار تستند إلى ما لم يعد يحق لك أن تراه.", "%s خبرًا يستند إلى ما لم يعد يحق لك أن تراه.", "%s خبر يستند إلى ما لم يعد يحق لك أن تراه.",
	},
}
