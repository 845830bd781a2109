package ftm

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// cleanEmail checks the shape local@domain and writes the domain in lower
// case; the local part stays as it is, since its case can matter.
func cleanEmail(_ *Type, value string, _ CleanOptions) (string, error) {
	value = squash(value)
	if len(value) > 7 && strings.EqualFold(value[:7], "mailto:") {
		value = value[7:]
	}
	value = strings.Trim(value, "<>")
	at := strings.LastIndexByte(value, '@')
	if at < 1 {
		return "", errors.New("not name@domain")
	}
	local, domain := value[:at], strings.ToLower(strings.TrimSuffix(value[at+1:], "."))
	if len(local) > 64 || strings.ContainsAny(local, " @,;:<>()[]\\\"") || strings.HasPrefix(local, ".") ||
		strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return "", errors.New("no such name before the @")
	}
	if !isDomain(domain) {
		return "", errors.New("no domain behind the @")
	}
	return local + "@" + domain, nil
}

// isDomain checks names of two labels or more; letters of any script pass.
func isDomain(s string) bool {
	labels := strings.Split(s, ".")
	if len(labels) < 2 || len(s) > 253 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63*4 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				return false
			}
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

var urlSchemes = []string{"http", "https", "ftp", "ftps", "sftp", "mailto"}

// cleanURL wants an absolute address with a scheme of the web, writes scheme
// and host in lower case and an empty path as "/" (RFC 3986, 6.2). Fuzzy puts
// http:// before a bare host.
func cleanURL(_ *Type, value string, opts CleanOptions) (string, error) {
	value = strings.Trim(squash(value), "<>")
	if value == "" {
		return "", errEmpty
	}
	if opts.Fuzzy && !strings.Contains(value, "://") && !strings.HasPrefix(strings.ToLower(value), "mailto:") {
		value = "http://" + strings.TrimPrefix(value, "//")
	}
	u, err := url.Parse(strings.ReplaceAll(value, " ", "%20"))
	if err != nil {
		return "", errors.New("does not parse")
	}
	u.Scheme = strings.ToLower(u.Scheme)
	switch {
	case u.Scheme == "":
		return "", errors.New("no scheme such as https")
	case !slices.Contains(urlSchemes, u.Scheme):
		return "", errors.New("not an address of the web")
	case u.Scheme == "mailto":
		mail, err := cleanEmail(nil, u.Opaque, CleanOptions{})
		return "mailto:" + mail, err
	}
	u.Host = strings.ToLower(u.Host)
	host := u.Hostname()
	if host == "" || !isDomain(host) && host != "localhost" && !isIPHost(host) {
		return "", errors.New("no host in it")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

func isIPHost(host string) bool {
	_, err := cleanIP(nil, host, CleanOptions{})
	return err == nil
}

// cleanPhone gives E.164: a number with + or 00 and its country code, or a
// national one when exactly one of the entity's countries is in the table of
// calling codes. An extension is dropped. Otherwise Fuzzy keeps the digits,
// and without it the number is refused.
func cleanPhone(_ *Type, value string, opts CleanOptions) (string, error) {
	value = squash(value)
	lower := strings.ToLower(strings.TrimPrefix(strings.ToLower(value), "tel:"))
	for _, extension := range []string{";ext=", "extension", "ext", "x", "#"} {
		if i := strings.Index(lower, extension); i > 0 {
			lower = lower[:i]
		}
	}
	international := strings.HasPrefix(strings.TrimLeft(lower, " ("), "+")
	if i := strings.Index(lower, "(0)"); international && i > 0 {
		lower = lower[:i] + lower[i+3:]
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, lower)
	if rest := strings.Trim(lower, "0123456789 +-()./"); rest != "" || strings.LastIndexByte(lower, '+') > strings.IndexAny(lower, "0123456789") {
		return "", errors.New("not digits with the usual signs between")
	}
	if !international && strings.HasPrefix(digits, "00") {
		international, digits = true, digits[2:]
	}
	if international {
		return e164(digits)
	}
	if plan, ok := onlyPlan(opts.Countries); ok {
		if number, err := e164(plan.international(digits)); err == nil {
			return number, nil
		}
	}
	switch {
	case !opts.Fuzzy:
		return "", errors.New("no country code, and not one country to take it from")
	case len(digits) < 5 || len(digits) > 15:
		return "", errors.New("too few or too many digits")
	}
	return digits, nil
}

// e164 checks a number without its plus: 7 to 15 digits, and the rules of the
// North American plan where it is of that.
func e164(digits string) (string, error) {
	switch {
	case len(digits) < 7 || len(digits) > 15:
		return "", errors.New("too few or too many digits")
	case digits[0] == '0':
		return "", errors.New("no country code begins with 0")
	case digits[0] == '1' && (len(digits) != 11 || digits[1] < '2' || digits[4] < '2'):
		return "", errors.New("not a number of the North American plan")
	}
	return "+" + digits, nil
}

// A dialPlan is how a country's national numbers become international.
type dialPlan struct{ code, trunk string }

func (p dialPlan) international(digits string) string {
	if p.code == "1" && len(digits) == 10 {
		return "1" + digits
	}
	if p.trunk != "" {
		digits = strings.TrimPrefix(digits, p.trunk)
	}
	return p.code + digits
}

func onlyPlan(countries []string) (dialPlan, bool) {
	var found dialPlan
	n := 0
	for i, country := range countries {
		if plan, ok := dialPlans()[country]; ok && !slices.Contains(countries[:i], country) {
			found = plan
			n++
		}
	}
	return found, n == 1
}

var dialPlans = sync.OnceValue(func() map[string]dialPlan {
	plans := map[string]dialPlan{}
	for row := range strings.SplitSeq(strings.TrimSpace(callingCodes), "\n") {
		trunk, pairs, _ := strings.Cut(row, "|")
		for pair := range strings.FieldsSeq(pairs) {
			country, code, _ := strings.Cut(pair, ":")
			plans[country] = dialPlan{code, trunk}
		}
	}
	return plans
})

// callingCodes has a row for each trunk prefix that falls away, then country
// and calling code (ITU-T E.164, list of assigned codes).
const callingCodes = `
1|us:1 ca:1 pr:1 jm:1 bs:1 bb:1 do:1 tt:1 ky:1 bm:1 vg:1 vi:1 gu:1
0|gb:44 de:49 fr:33 at:43 ch:41 nl:31 be:32 se:46 fi:358 ie:353 tr:90 ua:380 ro:40 bg:359 rs:381 hr:385 si:386 sk:421 ba:387 me:382 mk:389 al:355 il:972 za:27 au:61 nz:64 jp:81 kr:82 cn:86 tw:886 in:91 id:62 my:60 ph:63 th:66 vn:84 pk:92 bd:880 eg:20 ma:212 dz:213 ng:234 ke:254 gh:233 ir:98 iq:964 sa:966 ae:971 jo:962 lb:961 ge:995 am:374 az:994 md:373 kg:996 br:55 ar:54 pe:51 ve:58 ec:593 cu:53
8|ru:7 kz:7 by:375 lt:370 tm:993
06|hu:36
|it:39 sm:378 va:39 es:34 pt:351 dk:45 no:47 is:354 pl:48 cz:420 gr:30 cy:357 mt:356 ee:372 lv:371 lu:352 li:423 mc:377 ad:376 hk:852 mo:853 sg:65 mx:52 co:57 cl:56 cr:506 pa:507 gt:502 sv:503 hn:504 ni:505 uy:598 py:595 bo:591 qa:974 kw:965 bh:973 om:968 tn:216 sn:221 ci:225 uz:998 tj:992`
