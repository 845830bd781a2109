package ftm

import (
	"errors"
	"strings"
	"sync"
)

// cleanCountry takes a code of the model (in any case), an ISO 3166 alpha-3
// code, the English name in the model or a common other name. Fuzzy also takes
// names with "the" or "republic of" around them.
func cleanCountry(t *Type, value string, opts CleanOptions) (string, error) {
	folded := Fold(value)
	if folded == "" {
		return "", errEmpty
	}
	code := strings.ToLower(squash(value))
	if _, ok := t.Values[code]; ok {
		return code, nil
	}
	index := countryIndex()
	if code, ok := index[folded]; ok {
		return code, nil
	}
	// Dotted codes fold to single letters: U.S.A.
	if code, ok := index[strings.ReplaceAll(folded, " ", "")]; ok && len(folded) <= 5 {
		return code, nil
	}
	if opts.Fuzzy {
		for _, around := range []string{"the ", "republic of ", "the republic of ", "kingdom of ", "state of ", "federal republic of "} {
			if code, ok := index[strings.TrimPrefix(folded, around)]; ok {
				return code, nil
			}
		}
		if code, ok := index[strings.TrimSuffix(folded, " the")]; ok {
			return code, nil
		}
	}
	return "", errors.New("not the code or name of a country")
}

// countryIndex maps folded names and alpha-3 codes to codes.
var countryIndex = sync.OnceValue(func() map[string]string {
	index := map[string]string{}
	for code, name := range Default().Type("country").Values {
		index[Fold(name)] = code
	}
	for pair := range strings.FieldsSeq(alpha3Codes) {
		alpha3, code, _ := strings.Cut(pair, ":")
		index[alpha3] = code
	}
	for row := range strings.SplitSeq(strings.TrimSpace(countryNames), "\n") {
		code, names, _ := strings.Cut(row, ":")
		for name := range strings.SplitSeq(names, ",") {
			index[Fold(name)] = code
		}
	}
	return index
})

// alpha3Codes are those of ISO 3166-1, and of ISO 3166-3 where the model has
// the country.
const alpha3Codes = `
abw:aw afg:af ago:ao aia:ai ala:ax alb:al and:ad are:ae arg:ar arm:am asm:as ata:aq atf:tf atg:ag aus:au aut:at aze:az
bdi:bi bel:be ben:bj bes:bq bfa:bf bgd:bd bgr:bg bhr:bh bhs:bs bih:ba blm:bl blr:by blz:bz bmu:bm bol:bo bra:br brb:bb
brn:bn btn:bt bvt:bv bwa:bw caf:cf can:ca cck:cc che:ch chl:cl chn:cn civ:ci cmr:cm cod:cd cog:cg cok:ck col:co com:km
cpv:cv cri:cr cub:cu cuw:cw cxr:cx cym:ky cyp:cy cze:cz deu:de dji:dj dma:dm dnk:dk dom:do dza:dz ecu:ec egy:eg eri:er
esh:eh esp:es est:ee eth:et fin:fi fji:fj flk:fk fra:fr fro:fo fsm:fm gab:ga gbr:gb geo:ge ggy:gg gha:gh gib:gi gin:gn
glp:gp gmb:gm gnb:gw gnq:gq grc:gr grd:gd grl:gl gtm:gt guf:gf gum:gu guy:gy hkg:hk hmd:hm hnd:hn hrv:hr hti:ht hun:hu
idn:id imn:im ind:in iot:io irl:ie irn:ir irq:iq isl:is isr:il ita:it jam:jm jey:je jor:jo jpn:jp kaz:kz ken:ke kgz:kg
khm:kh kir:ki kna:kn kor:kr kwt:kw lao:la lbn:lb lbr:lr lby:ly lca:lc lie:li lka:lk lso:ls ltu:lt lux:lu lva:lv mac:mo
maf:mf mar:ma mco:mc mda:md mdg:mg mdv:mv mex:mx mhl:mh mkd:mk mli:ml mlt:mt mmr:mm mne:me mng:mn mnp:mp moz:mz mrt:mr
msr:ms mtq:mq mus:mu mwi:mw mys:my myt:yt nam:na ncl:nc ner:ne nfk:nf nga:ng nic:ni niu:nu nld:nl nor:no npl:np nru:nr
nzl:nz omn:om pak:pk pan:pa pcn:pn per:pe phl:ph plw:pw png:pg pol:pl pri:pr prk:kp prt:pt pry:py pse:ps pyf:pf qat:qa
reu:re rou:ro rus:ru rwa:rw sau:sa sdn:sd sen:sn sgp:sg sgs:gs shn:sh sjm:sj slb:sb sle:sl slv:sv smr:sm som:so spm:pm
srb:rs ssd:ss stp:st sur:sr svk:sk svn:si swe:se swz:sz sxm:sx syc:sc syr:sy tca:tc tcd:td tgo:tg tha:th tjk:tj tkl:tk
tkm:tm tls:tl ton:to tto:tt tun:tn tur:tr tuv:tv twn:tw tza:tz uga:ug ukr:ua umi:um ury:uy usa:us uzb:uz vat:va vct:vc
ven:ve vgb:vg vir:vi vnm:vn vut:vu wlf:wf wsm:ws yem:ye zaf:za zmb:zm zwe:zw
xkx:xk ddr:dd sun:suhh csk:cshh scg:csxx yug:yucs zar:zr rom:ro tmp:tl`

// countryNames are names in common and official use beside the model's own.
const countryNames = `
us:United States,US of A,America,U.S.,U.S.A.
gb:UK,Great Britain,Britain,England,United Kingdom of Great Britain and Northern Ireland,United Kingdom (the)
gb-sct:Alba
gr:EL,Hellas,Hellenic Republic
ru:Russian Federation,Russian Federation (the)
kr:Republic of Korea,Korea (Republic of),Korea (the Republic of),Korea South
kp:Democratic People's Republic of Korea,Korea (the Democratic People's Republic of),DPRK,Korea North
cd:Congo (Democratic Republic of the),Democratic Republic of the Congo,Democratic Republic of Congo,Congo Kinshasa,DRC,Congo (the Democratic Republic of the)
cg:Congo,Republic of the Congo,Congo Brazzaville,Congo (the)
cz:Czech Republic
tr:Turkey
mk:Macedonia,Former Yugoslav Republic of Macedonia,FYROM,Republic of North Macedonia
sz:Swaziland
mm:Burma
ci:Ivory Coast
cv:Cabo Verde
tl:East Timor
va:Vatican,Vatican City,Vatican City State
ps:Palestine,State of Palestine,West Bank and Gaza,Palestinian Territory
tw:Republic of China,Taiwan Province of China
cn:People's Republic of China,PRC
hk:Hong Kong
mo:Macau,Macao
ir:Islamic Republic of Iran,Iran (Islamic Republic of),Persia
sy:Syrian Arab Republic
ve:Venezuela (Bolivarian Republic of),Bolivarian Republic of Venezuela
bo:Bolivia (Plurinational State of),Plurinational State of Bolivia
tz:United Republic of Tanzania,Tanzania (United Republic of)
vn:Viet Nam
la:Lao People's Democratic Republic,Lao PDR
md:Republic of Moldova,Moldova (Republic of)
bn:Brunei Darussalam
fm:Micronesia (Federated States of),Federated States of Micronesia
nl:Holland,Netherlands (the),The Netherlands
ae:UAE,Emirates
kg:Kyrgyz Republic
sk:Slovak Republic
by:Belorussia,Byelorussia
ba:Bosnia,Bosnia-Herzegovina
tt:Trinidad & Tobago,Trinidad
kn:St. Kitts and Nevis,Saint Kitts & Nevis
lc:St. Lucia
vc:St. Vincent and the Grenadines,Saint Vincent
ag:Antigua
st:Sao Tome
fk:Falkland Islands (Malvinas),Malvinas
vg:Virgin Islands (British),Virgin Islands British
vi:Virgin Islands (U.S.),US Virgin Islands,United States Virgin Islands,Virgin Islands U.S.
um:United States Minor Outlying Islands,US Minor Outlying Islands
gm:The Gambia,Gambia (the)
bs:The Bahamas,Bahamas (the)
ph:Philippines (the)
do:Dominican Republic (the)
sd:Sudan (the)
ne:Niger (the)
km:Comoros (the)
cf:Central African Republic (the),CAR
mh:Marshall Islands (the)
sb:Solomon Islands (the)
ky:Cayman Islands (the),Caymans
re:La Reunion
sh:Saint Helena,St. Helena
pm:St. Pierre and Miquelon
mf:St. Martin
sx:Saint Maarten
bl:St. Barthelemy
bq:Bonaire,Caribbean Netherlands
cw:Curacao
pn:Pitcairn Islands
gs:South Georgia
ua-cri:Crimea
ua-dpr:Donetsk People's Republic
ua-lpr:Luhansk People's Republic
ge-ab:Abkhazia
x-so:South Ossetia
md-pmr:Transnistria
az-nk:Nagorno-Karabakh
cy-trnc:Turkish Republic of Northern Cyprus
suhh:USSR,Union of Soviet Socialist Republics,SU
dd:German Democratic Republic,GDR
yucs:YU
eu:EU
un:UN`
