package web

// A route is one address of the desk.
type route struct {
	pattern string // of http.ServeMux
	handle  handler
	open    bool // answered without a session
	stream  bool // what is sent or answered takes as long as it goes on; a POST looks for the token itself
	apart   bool // shows nothing of what is kept: there for who looks after users alone, too
}

// routes are all addresses of the desk.
func (s *Service) routes() []route {
	return []route{
		{pattern: "GET /a/{name}", handle: s.asset, open: true},
		{pattern: "GET /enter", handle: s.enter, open: true},
		{pattern: "POST /leave", handle: s.leave, apart: true},
		{pattern: "GET /session", handle: s.showSession, apart: true},
		{pattern: "POST /session", handle: s.setSession, apart: true},
		{pattern: "GET /{$}", handle: s.desk},
		{pattern: "GET /search", handle: s.search},
		{pattern: "GET /find", handle: s.find},
		{pattern: "GET /e/{id}/{view}", handle: s.entity},
		{pattern: "GET /e/{id}/value", handle: s.value},
		{pattern: "GET /e/{id}/conflict", handle: s.conflict},
		{pattern: "GET /e/{id}/sum", handle: s.sum},
		{pattern: "GET /x/{blob}", handle: s.passage},
		{pattern: "POST /x/{blob}", handle: s.citeInto},
		{pattern: "GET /cases", handle: s.listCases},
		{pattern: "POST /cases", handle: s.newCase},
		{pattern: "POST /cases/none", handle: s.noCase},
		{pattern: "GET /c/{case}/{view}", handle: s.showCase},
		{pattern: "POST /c/{case}/{view}/{deed}", handle: s.doInCase},
		{pattern: "GET /c/{case}/view/{item}", handle: s.showSaved},
		{pattern: "GET /c/{case}/view/{item}/picture", handle: s.savedPicture},
		{pattern: "POST /c/{case}/report/preview", handle: s.previewReport},
		{pattern: "GET /p/{slug}/{version}", handle: s.published},
		{pattern: "GET /p/{slug}/{version}/{file...}", handle: s.publishedFile},
		{pattern: "GET /trace", handle: s.trace},
		{pattern: "GET /trace.csv", handle: s.saveTrace},
		{pattern: "GET /d/{id}", handle: s.document},
		{pattern: "GET /d/{id}/picture", handle: s.pageImage},
		{pattern: "GET /d/{id}/cite", handle: s.citeWords},
		{pattern: "GET /sources", handle: s.sources},
		{pattern: "GET /sources/{id}", handle: s.source},
		{pattern: "GET /audit", handle: s.audit},
		{pattern: "GET /audit/{seq}", handle: s.auditRecord},
		{pattern: "GET /review", handle: s.reviewQueues},
		{pattern: "GET /review/{queue}", handle: s.resumeReview},
		{pattern: "POST /review/{queue}/undo", handle: s.undoReview},
		{pattern: "GET /review/{queue}/batch", handle: s.reviewBatch},
		{pattern: "POST /review/{queue}/batch", handle: s.decideBatch},
		{pattern: "GET /review/{queue}/{left}/{right}", handle: s.reviewPair},
		{pattern: "POST /review/{queue}/{left}/{right}", handle: s.decidePair},
		{pattern: "GET /review/judgements", handle: s.judgements},
		{pattern: "POST /review/judgements", handle: s.retract},
		{pattern: "GET /review/judgements.csv", handle: s.saveJudgements},
		{pattern: "GET /bench", handle: s.bench},
		{pattern: "GET /bench.csv", handle: s.saveBench},
		{pattern: "GET /import", handle: s.imports},
		{pattern: "POST /import", handle: s.upload, stream: true},
		{pattern: "GET /import/{import}", handle: s.showImport},
		{pattern: "POST /import/{import}/{deed}", handle: s.doImport},
		{pattern: "GET /import/{import}/events", handle: s.importEvents, stream: true},
		{pattern: "GET /import/{import}/failures.csv", handle: s.saveFailures},
		{pattern: "GET /mappings/{name}", handle: s.savedMapping},
		{pattern: "POST /mappings/{name}", handle: s.saveMapping},
		{pattern: "GET /login", handle: s.login, open: true},
		{pattern: "POST /login", handle: s.signIn, open: true},
		{pattern: "GET /login/oidc/{issuer}", handle: s.askIssuer, open: true},
		{pattern: "GET /login/oidc/{issuer}/back", handle: s.issuerBack, open: true},
		{pattern: "GET /enrol", handle: s.showEnrol, open: true},
		{pattern: "POST /enrol", handle: s.enrol, open: true},
		{pattern: "GET /confirm", handle: s.showConfirm, apart: true},
		{pattern: "POST /confirm", handle: s.confirm, apart: true},
		{pattern: "GET /me", handle: s.showMe, apart: true},
		{pattern: "POST /me", handle: s.changeMe, apart: true},
		{pattern: "GET /users", handle: s.showUsers, apart: true},
		{pattern: "POST /users", handle: s.changeUsers, apart: true},
		{pattern: "GET /approvals", handle: s.showApprovals, apart: true},
		{pattern: "POST /approvals", handle: s.decideApproval, apart: true},
		{pattern: "/", handle: s.nothing},
	}
}
