package mapping

import (
	"strings"
	"sync"
	"unicode/utf8"
)

var reasons = map[string]string{
	ClassBiometric:   "templates of faces, fingerprints, irises and voices are never kept",
	ClassTrack:       "tracks of a person's position are never kept",
	ClassImmigration: "immigration status of persons is left out without a legal basis",
	ClassHealth:      "health of persons is left out without a legal basis",
	ClassReligion:    "religion of persons is left out without a legal basis",
	ClassEthnicity:   "ethnicity of persons is left out without a legal basis",
	ClassUnion:       "union membership of persons is left out without a legal basis",
	ClassSexuality:   "sexuality of persons is left out without a legal basis",
}

// organisationWords mark a column as one about institutions.
var organisationWords = setOf("business", "owned", "firm", "institution", "college", "university", "organization",
	"organisation", "corporation", "company", "enterprise", "servicing", "serving", "school", "supplier", "vendor",
	"unternehmen", "entreprise", "empresa", "azienda", "bedrijf")

// ambiguousWords are names under which templates, and many other things, stand.
var ambiguousWords = setOf("fingerprint", "face", "facial", "iris", "voice", "speaker", "biometric", "template",
	"embedding", "vector", "descriptor", "encoding", "minutia", "retina", "palm", "gait", "visage", "gesicht", "rostro",
	"huella", "empreinte", "fingerabdruck", "лицо", "отпечаток", "голос")

// Names of coordinates, times and carriers, as wordsOf gives them.
var (
	latitudeNames  = []string{"latitude", "lat", "breitengrad", "latitud", "latitudine", "широта", "纬度", "緯度"}
	longitudeNames = []string{"longitude", "lon", "lng", "long", "laengengrad", "langengrad", "longitud", "longitudine", "долгота", "经度", "経度"}
	timeNames      = []string{"timestamp", "=time", "datetime", "date time", "seen at", "recorded at", "captured at", "zeitstempel", "=uhrzeit", "horodatage", "=heure", "=hora", "fecha hora", "=ora", "=время", "=时间", "=時刻"}
	carrierNames   = []string{"device id", "=device", "advertising id", "ad id", "idfa", "maid", "aaid", "gaid", "imei", "imsi", "msisdn",
		"=phone", "=phone number", "=telephone", "=person", "person id", "=subject", "subject id", "individual id", "user id", "=user", "=plate",
		"license plate", "licence plate", "plate number", "alien number", "participant id", "detainee id", "kennzeichen",
		"geraet id", "matricula", "=placa", "=телефон", "手机号", "车牌"}
)

// A refusedName is one name of a refused thing, folded, with blanks around it.
type refusedName struct {
	class  string
	line   string
	whole  bool // only as the whole name
	inside bool // for scripts without blanks between words
}

// refusedTable lists names by class, one language a line. A name with = in
// front counts only when the column has no other word.
var refusedTable = []struct{ class, names string }{
	{ClassBiometric, `
face template|facial template|face embedding|facial embedding|face encoding|face vector|facial vector|face descriptor|face print|faceprint|facial feature vector|face feature vector|fingerprint template|fingerprint minutiae|finger minutiae|minutiae|finger template|iris template|iris code|iriscode|retina template|voice template|voiceprint|voice print|voice embedding|speaker embedding|speaker vector|biometric template|biometric vector|biometric embedding|palm template|palm vein template|vein template|gait template
gesichtsvorlage|gesichtstemplate|gesichtsvektor|gesichtsmerkmale|fingerabdruckvorlage|fingerabdrucktemplate|fingerabdruckmerkmale|minutien|iristemplate|irismuster|stimmabdruck|stimmprofil|biometrisches template|biometrische vorlage|biometrische merkmale
gabarit facial|gabarit biométrique|gabarit du visage|empreinte faciale|gabarit d'empreinte|gabarit digital|minuties|gabarit d'iris|empreinte vocale|gabarit vocal
plantilla facial|plantilla biométrica|vector facial|plantilla de huella|plantilla dactilar|minucias|plantilla de iris|huella de voz|huella vocal|plantilla de voz
modello facciale|template facciale|modello biometrico|template biometrico|minuzie|modello dell'iride|impronta vocale
modelo facial|modelo biométrico|template facial|template biométrico|minúcias|modelo de íris|impressão vocal
gezichtstemplate|gezichtsvector|gezichtssjabloon|biometrisch sjabloon|vingerafdruksjabloon|irissjabloon|stemafdruk
szablon twarzy|szablon biometryczny|szablon odcisku palca|minucje|szablon tęczówki|odcisk głosu
шаблон лица|вектор лица|биометрический шаблон|шаблон отпечатка|минуции|шаблон радужки|голосовой отпечаток|голосовой слепок
шаблон обличчя|біометричний шаблон|шаблон відбитка|голосовий відбиток
yüz şablonu|biyometrik şablon|parmak izi şablonu|iris şablonu|ses izi
قالب الوجه|بصمة الوجه|بصمة الصوت|قالب بصمة|قالب القزحية
人脸特征|人脸模板|面部特征|指纹模板|指纹特征|虹膜模板|虹膜特征|声纹
顔テンプレート|顔特徴|指紋テンプレート|虹彩テンプレート|声紋`},
	{ClassTrack, `
gps track|gps trace|gps log|location history|location trace|location track|location log|movement track|movement history|movement profile|position track|position history|last known location|last known position|device location|phone location|cell site location|cell tower location|ankle monitor location|geolocation history|person location|subject location
bewegungsprofil|standortverlauf|standortdaten|ortungsdaten|aufenthaltsort
historique de localisation|historique des positions|trace gps|données de localisation
historial de ubicación|historial de ubicaciones|traza gps|rastro gps
cronologia posizioni|cronologia delle posizioni|traccia gps
histórico de localização|trilha gps
locatiegeschiedenis|locatiegegevens
historia lokalizacji|ślad gps
история местоположений|история перемещений|трек gps
історія місцезнаходжень|трек gps
konum geçmişi|gps izi
سجل المواقع|سجل التحركات
行动轨迹|位置轨迹|定位轨迹
位置履歴|移動履歴`},
	{ClassImmigration, `
immigration status|alien number|alien registration number|alien file number|visa status|residency status|citizenship status|asylum status|refugee status|deportation status|removal status|removal order|class of admission|undocumented
aufenthaltsstatus|aufenthaltstitel|asylstatus|einwanderungsstatus
statut migratoire|statut d'immigration|titre de séjour|statut de séjour
estatus migratorio|estado migratorio|situación migratoria
stato di immigrazione|permesso di soggiorno|status migratorio
situação migratória|estatuto migratório
verblijfsstatus|verblijfsvergunning|immigratiestatus
status imigracyjny|status pobytu
миграционный статус|иммиграционный статус
міграційний статус
göçmenlik durumu|ikamet durumu
حالة الهجرة|وضع الإقامة
移民身份|居留身份
在留資格`},
	{ClassHealth, `
health status|health condition|health record|medical condition|medical history|medical record|diagnosis|diagnose|disability|disability status|hiv status|mental health|pregnant|pregnancy|pregnancy status|patient id|patient name|icd code|icd10
gesundheitszustand|krankheit|behinderung|krankengeschichte
état de santé|handicap|maladie|dossier médical
estado de salud|diagnóstico|discapacidad|enfermedad|historial médico
stato di salute|diagnosi|disabilità|malattia
estado de saúde|diagnóstico|deficiência|doença
gezondheidstoestand|ziekte|beperking
stan zdrowia|diagnoza|niepełnosprawność
состояние здоровья|диагноз|инвалидность
стан здоров'я|діагноз|інвалідність
sağlık durumu|teşhis|engellilik
الحالة الصحية|التشخيص
健康状况|诊断|病史
健康状態|病歴`},
	{ClassReligion, `
religion|religious affiliation|religious belief|religious denomination|=faith|=creed
religionszugehörigkeit|konfession
appartenance religieuse|confession religieuse
religión|creencias religiosas
religione|appartenenza religiosa
religião|crença religiosa
religie|geloofsovertuiging|kerkgenootschap
religia|wyznanie
религия|вероисповедание
релігія|віросповідання
dini inanç|din bilgisi
الديانة
宗教`},
	{ClassEthnicity, `
ethnicity|ethnic group|ethnic origin|ethnic background|=race|race ethnicity|racial origin|racial group|racial category
ethnie|ethnische herkunft|volkszugehörigkeit|ethnische zugehörigkeit
origine ethnique|groupe ethnique
etnia|origen étnico|grupo étnico|=raza
origine etnica
origem étnica|=raça
etniciteit|etnische afkomst
pochodzenie etniczne
этническая принадлежность|этничность
етнічна належність
etnik köken
الأصل العرقي|العرق
民族|种族
人種`},
	{ClassUnion, `
union membership|trade union|trade union membership|union member|union affiliation
gewerkschaftszugehörigkeit|gewerkschaftsmitglied|gewerkschaftsmitgliedschaft
appartenance syndicale|adhésion syndicale
afiliación sindical
appartenenza sindacale|iscrizione sindacale
filiação sindical
vakbondslidmaatschap
przynależność związkowa
членство в профсоюзе
членство у профспілці
sendika üyeliği
عضوية النقابة
工会会员
労働組合加入`},
	{ClassSexuality, `
sexual orientation|sexuality|sexual preference|sex life
sexuelle orientierung|sexualität
orientation sexuelle
orientación sexual
orientamento sessuale
orientação sexual
seksuele geaardheid|seksuele voorkeur
orientacja seksualna
сексуальная ориентация
сексуальна орієнтація
cinsel yönelim
الميل الجنسي
性取向
性的指向`},
}

// refusedNames gives the table folded as column names are.
var refusedNames = sync.OnceValue(func() []refusedName {
	var out []refusedName
	for _, t := range refusedTable {
		for _, text := range strings.FieldsFunc(t.names, func(r rune) bool { return r == '|' || r == '\n' }) {
			name, whole := strings.CutPrefix(text, "=")
			line := " " + strings.Join(wordsOf(name), " ") + " "
			out = append(out, refusedName{t.class, line, whole, isUnspaced(name)})
		}
	}
	return out
})

// isUnspaced says that a name is in a script that puts no blanks between words.
func isUnspaced(name string) bool {
	r, _ := utf8.DecodeRuneInString(name)
	return r >= 0x3000 && r <= 0x9fff
}

func setOf(words ...string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, w := range words {
		out[w] = true
	}
	return out
}
