package text

import "maps"

func init() {
	maps.Copy(arabic.words, arabicAccounts)
	maps.Copy(arabic.forms, arabicAccountForms)
}

// arabicAccounts has the words of signing in, of accounts and of approvals.
var arabicAccounts = map[string]string{
	"Account": "الحساب", "Approvals": "الموافقات", "Users": "المستخدمون", "Sign in": "تسجيل الدخول", "Sign in with": "الدخول عبر", "Sign in with a passkey": "الدخول بمفتاح مرور",
	"There are no passwords here. Who was invited has an address that makes the first passkey; who lost it is invited again.": "لا كلمات مرور هنا. من دُعي لديه عنوان يصنع أول مفتاح مرور؛ ومن فقده يُدعى من جديد.",
	"Welcome": "أهلًا", "Make a passkey": "اصنع مفتاح مرور", "Use my passkey": "استعمل مفتاح مروري", "Is it you?": "هل هو أنت؟", "You are in": "أنت في الداخل", "You are not in": "لم تدخل",
	"Make a passkey at this device: it opens the desk for you from now on, in the place of a password. This address works once.": "اصنع مفتاح مرور على هذا الجهاز: يفتح لك المكتب من الآن بدل كلمة مرور. يعمل هذا العنوان مرة واحدة.",
	"What comes next asks for a passkey used in the last five minutes. Then you are led back, and press again.":                  "ما يلي يطلب مفتاح مرور استُعمل في آخر خمس دقائق. ثم تعود وتضغط من جديد.",
	"Passkeys belong to a name, and this address has none.":                                                                      "مفاتيح المرور تخص اسمًا، ولا اسم لهذا العنوان.", "Open it as localhost": "افتحه باسم localhost",
	"No passkey was given. Try again.": "لم يُعطَ مفتاح مرور. حاول مرة أخرى.", "This browser has no passkeys; use a newer one.": "لا مفاتيح مرور في هذا المتصفح؛ استعمل أحدث منه.", "Passkeys need a script: allow those of this page.": "تحتاج مفاتيح المرور إلى نص برمجي: اسمح بنصوص هذه الصفحة.",
	"What this device is called, for your list": "اسم هذا الجهاز في قائمتك", "Too many tries": "محاولات كثيرة", "Wait a minute, then try again.": "انتظر دقيقة ثم حاول.",
	"Passkeys": "مفاتيح المرور", "Add a passkey": "أضف مفتاح مرور", "Device": "الجهاز", "Made (UTC)": "صُنع (UTC)", "Used last (UTC)": "آخر استعمال (UTC)", "Begun (UTC)": "بدأت (UTC)", "Remove": "أزل",
	"A key of this machine let you in. To come in from elsewhere, have overt user add make you a user.": "أدخلك مفتاح من هذا الجهاز. لتدخل من مكان آخر اجعل نفسك مستخدمًا بالأمر overt user add.",
	"None yet. What matters, such as publishing, asks for one.":                                         "لا شيء بعد. المهم، كالنشر، يطلب واحدًا.",
	"Tokens": "الرموز", "With a token a program of yours asks in your name, for one purpose, until a day.": "بالرمز يسأل برنامج لك باسمك، لغرض واحد، حتى يوم.", "The new token; it is not shown again:": "الرمز الجديد؛ لا يُعرض مرة أخرى:",
	"What for": "لأي غرض", "What it is for": "غرضه", "Holds until": "صالح حتى", "The last day it holds": "آخر يوم يصلح فيه", "As 2027-01-31; without one it holds 90 days.": "مثل 2027-01-31؛ وبدونه يصلح 90 يومًا.", "Make a token": "اصنع رمزًا", "Revoke": "ألغِ", "revoked": "أُلغي", "expired": "انتهى",
	"Sessions": "الجلسات", "A session ends after half an hour of nothing, after eight hours, and when the service does.": "تنتهي الجلسة بعد نصف ساعة بلا شيء، وبعد ثماني ساعات، وبانتهاء الخدمة.", "this one": "هذه", "End": "أنهِ",
	"Purpose, language, look, single keys": "الغرض واللغة والمظهر والمفاتيح المفردة",
	"Name":                                 "الاسم", "In the rules": "في القواعد", "Change": "تغيير", "disabled": "معطّل", "not in the rules": "ليس في القواعد", "invitation waits": "الدعوة تنتظر", "invited": "مدعو", "signs in": "يدخل", "Invite": "ادعُ", "Invite anew": "ادعُ من جديد", "Disable": "عطّل", "Invite somebody": "ادعُ أحدًا",
	"No users yet": "لا مستخدمين بعد", "Whom policy.yaml lists under people can be invited here.": "يُدعى هنا من يسرده policy.yaml تحت people.", "That of person:NAME in policy.yaml, which says what he may do.": "اسم person:NAME في policy.yaml، الذي يقول ما يحق له.",
	"The address for %s; it works once, until %s (UTC), and is not shown again:":                                                "عنوان %s؛ يعمل مرة واحدة حتى %s (UTC)، ولا يُعرض مرة أخرى:",
	"It holds once another who looks after users gives leave, under Approvals: who makes such an address could use it himself.": "يصلح متى أذن به آخر ممن يرعون المستخدمين، في الموافقات: فمن يصنع عنوانًا كهذا قد يستعمله بنفسه.",
	"What waits for a second person. Nobody decides what he asked for himself.":                                                 "ما ينتظر شخصًا ثانيًا. لا أحد يقرر ما طلبه بنفسه.", "Nothing waits for you": "لا شيء ينتظرك",
	"Reports that are to be published and judgements that need two people stand here, when you may see what they are about.":  "هنا تقارير يُراد نشرها وأحكام تحتاج شخصين، إن حق لك أن ترى ما تدور عليه.",
	"Invitations of others who look after users stand here. Decisions about what is kept are shown to those who may read it.": "هنا دعوات آخرين يرعون المستخدمين. القرارات في المحفوظ تُعرض لمن يحق له قراءته.",
	"invitation": "دعوة", "publication": "نشر", "identity": "هوية", "May this invitation be used?": "أيجوز استعمال هذه الدعوة؟", "May it be published?": "أيجوز نشره؟", "Are they one?": "أهما واحد؟", "the case": "القضية", "version %s": "الإصدار %s",
	"asked for by": "طلبه", "until %s (UTC)": "حتى %s (UTC)", "You asked for it: somebody else decides.": "أنت طلبته: يقرر غيرك.", "Reason": "السبب", "Asked for when you refuse; it is recorded.": "يُطلب عند الرفض؛ ويُسجَّل.", "Approve": "وافق", "Refuse": "ارفض",
}

var arabicAccountForms = map[string][]string{
	"%s decisions wait for a second person": {"لا قرارات تنتظر شخصًا ثانيًا", "قرار واحد ينتظر شخصًا ثانيًا", "قراران ينتظران شخصًا ثانيًا", "%s قرارات تنتظر شخصًا ثانيًا", "%s قرارًا تنتظر شخصًا ثانيًا", "%s قرار تنتظر شخصًا ثانيًا"},
	"%s sessions are open":                  {"لا جلسات مفتوحة", "جلسة واحدة مفتوحة", "جلستان مفتوحتان", "%s جلسات مفتوحة", "%s جلسة مفتوحة", "%s جلسة مفتوحة"},
	"%s records in the audit log":           {"لا سجلات في سجل التدقيق", "سجل واحد في سجل التدقيق", "سجلان في سجل التدقيق", "%s سجلات في سجل التدقيق", "%s سجلًا في سجل التدقيق", "%s سجل في سجل التدقيق"},
}
