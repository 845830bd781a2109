package mention

import "strings"

func set(list string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		out[w] = true
	}
	return out
}

// connectors stand in names between capitals.
var connectors = set(`of the and for on in to de la le les du des del della di da do dos das von van der den y e et und och og i w z na`)

// leads begin a run in capitals without being of a name.
var leads = set(`former current acting new the a an said`)

// abbreviations end with a dot inside a name.
var abbreviations = set(`st mr mrs ms dr prof jr sr inc corp co ltd us uk mt ft dept univ assn bros no gen col lt sgt capt rev hon sen rep gov`)

// openers make an organisation of what follows with "of", or of what stands
// before them.
var openers = set(`
	department ministry agency bureau office administration commission committee council board authority institute institution
	university college school academy hospital bank fund foundation association society federation union league alliance
	center centre court tribunal parliament assembly division directorate embassy consulate organization organisation house bundesamt ministerium
	universitat ministere ministerio ministero banco banque universidad universite universita verein stiftung gesellschaft bundesministerium endowment
	secretariat inspectorate chamber registry institut instituto istituto comision comissao agence agencia agenzia commissioner`)

// closers make an organisation of what stands before them alone.
var closers = set(`
	corporation company group holding holdings partners partnership consortium laboratory laboratories corps guard
	force police army navy service services systems technologies technology solutions industries enterprises international consulting
	logistics airlines airways pharmaceuticals motors petroleum insurance ventures labs networks trust contractors
	associates brothers telecom communications software press museum library clinic church`)

// tails end a run that is something else than an organisation, or its name.
var tails = set(`
	act program programs programme system records record notice report circular register regulation regulations rule rules law code order agreement
	contract form section title part plan policy project initiative database files file list inventory directive memorandum manual handbook
	survey study act's amendment treaty convention protocol standard standards secretary director chairman president minister officer
	street avenue road building room employee employees information privacy uses safeguards schedule circulars day year fiscal
	notification budgeting manager location number categories authority's records' statement guidance`)

// posts are those of tails that an office can be named for.
var posts = set(`director officer secretary chairman president manager minister privacy information`)

// titles stand before the names of persons.
var titles = set(`mr mrs ms miss mx dr prof professor sir dame lord lady hon honorable judge justice senator congressman congresswoman
	representative secretary undersecretary minister ambassador governor mayor president chairman chairwoman chancellor
	general colonel major captain lieutenant sergeant admiral inspector detective sheriff officer attorney herr frau monsieur madame
	mme senor senora don dona signor signora dott ing rev reverend father sister pope king queen prince princess sheikh`)

// particles stand in the names of persons in small letters.
var particles = set(`de la du van von der den di da dos del al el bin ibn ben ter ten af av zu`)

// givenTrap are words that follow a given name in names of other things.
var givenTrap = set(`act street avenue road airport county city university college school hospital center centre foundation company inc llc fund award
	prize law amendment institute library museum park bridge island river lake bay building house report case`)

// givenNames is a small list of common given names of several languages.
var givenNames = set(`
	james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald steven paul andrew
	joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott
	brandon benjamin samuel gregory alexander frank patrick raymond jack dennis jerry tyler aaron jose adam nathan henry douglas zachary
	peter kyle ethan walter noah jeremy christian keith roger terry austin sean gerald carl harold dylan arthur lawrence jordan jesse bryan
	billy bruce gabriel joe logan alan juan albert willie elijah wayne randy vincent philip roy ralph bobby russell bradley eugene
	mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily donna
	michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia dorothy amy kathleen angela shirley emma brenda pamela
	nicole anna samantha katherine christine helen debra rachel carolyn janet maria catherine heather diane olivia julie joyce victoria ruth
	virginia lauren kelly christina joan evelyn judith andrea hannah megan cheryl jacqueline martha madison teresa gloria sara janice ann
	kathryn abigail sophia frances jean alice judy isabella julia grace amber denise danielle marilyn beverly charlotte natalie theresa diana
	hans peter klaus jurgen wolfgang stefan thomas andreas michael matthias markus frank uwe bernd dieter heinrich karl friedrich otto ursula
	monika petra sabine claudia katrin heike anja jan jens sven lars erik anders bjorn nils olaf ingrid astrid karin pierre michel philippe
	alain jacques bernard francois nicolas laurent olivier claude marie isabelle nathalie sylvie veronique carlos luis jorge miguel
	antonio manuel francisco pedro javier fernando alejandro rafael ana carmen isabel lucia elena giuseppe giovanni mario luigi marco paolo
	francesca giulia chiara joao paulo ricardo eduardo ivan vladimir sergei sergey dmitri dmitry alexei aleksei nikolai igor oleg mikhail
	andrei yuri viktor boris olga natalia tatiana svetlana irina ekaterina piotr krzysztof andrzej jerzy tomasz katarzyna agnieszka pavel jiri
	petr jana zoltan laszlo istvan janos attila mehmet mustafa ahmet ali ayse fatma mohammed muhammad ahmed mahmoud hassan hussein omar khalid
	abdul fatima aisha wei ming hiroshi kenji takashi yuki raj rajesh sanjay vijay anil sunil priya deepak amit`)

// How a legal form must be written.
const (
	loose  = iota
	strict // in capitals, or with dots: it is a word or a name too
)

// maxForm is the number of words of the longest legal form.
const maxForm = 6

// legalForms end the names of companies, by their folded words.
var legalForms = func() map[string]int {
	forms := map[string]int{}
	for how, list := range [...]string{loose: `
		inc, incorporated, llc, l l c, llp, lllp, pllc, ltd, limited, corp, corporation, plc, gmbh, gmbh and co kg, gmbh and co kgaa, ggmbh, ug haftungsbeschrankt,
		kgaa, ohg, sarl, s a r l, sas, srl, s r l, sl, slu, spa, sapa, sa de cv, s a de c v, s de rl de cv, s de r l de c v, sab de cv, ltda, eireli, bvba, sprl,
		aktiengesellschaft, societe anonyme, naamloze vennootschap, besloten vennootschap, oyj, aps, asa, sp z o o, sp z oo, spolka akcyjna,
		sro, s r o, doo, d o o, dooel, ood, eood, kft, zrt, nyrt, ooo, oao, zao, pao, pjsc, ojsc, cjsc, jsc, llc fz, fze, fzco, fz llc, dmcc, pty ltd, pty limited, proprietary limited,
		pte ltd, pvt ltd, private limited, public limited company, sdn bhd, bhd, co ltd, company limited, kk, kabushiki kaisha, godo kaisha, tbk, wll,
		a s, ab publ, eurl, snc, scs, gie, asbl, vzw, ev, e v, eg, e g, cic, lp, l p, limited partnership, limited liability company, ооо, оао, зао, пао, ао, тов, ат, еоод, оод, ад,
		anonim sirketi, limited sirketi, ltd sti, as publ, hf, ehf, oao, tov, uab, sia, ou, jv, joint venture`,
		strict: `co, ag, kg, sa, se, nv, bv, ab, as, oy, ad, dd, pc, pa, pt, sc, sca, cv, ik, ks, ds, is`,
	} {
		for form := range strings.SplitSeq(list, ",") {
			forms[strings.Join(strings.Fields(form), " ")] = how
		}
	}
	return forms
}()

// plainForms are those of the strict ones that stand for nothing else among
// capitals.
var plainForms = set(`AG KG SA SE NV BV A.S. A.G. S.A. S.E. N.V. B.V. A.B. A.S S.A N.V B.V`)

// formStarts are the first words of legal forms.
var formStarts = func() map[string]bool {
	starts := map[string]bool{}
	for form := range legalForms {
		first, _, _ := strings.Cut(form, " ")
		starts[first] = true
	}
	return starts
}()
