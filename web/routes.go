package web

// A route is one address of the desk.
type route struct {
	pattern string // of http.ServeMux
	handle  handler
	open    bool // answered without a session
}

// routes are all addresses of the desk.
func (s *Service) routes() []route {
	return []route{
		{pattern: "GET /a/{name}", handle: s.asset, open: true},
		{pattern: "GET /enter", handle: s.enter, open: true},
		{pattern: "POST /leave", handle: s.leave},
		{pattern: "GET /session", handle: s.showSession},
		{pattern: "POST /session", handle: s.setSession},
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
		{pattern: "GET /trace", handle: s.trace},
		{pattern: "GET /trace.csv", handle: s.saveTrace},
		{pattern: "GET /d/{id}", handle: s.document},
		{pattern: "GET /d/{id}/picture", handle: s.pageImage},
		{pattern: "GET /d/{id}/cite", handle: s.citeWords},
		{pattern: "GET /sources", handle: s.sources},
		{pattern: "GET /sources/{id}", handle: s.source},
		{pattern: "GET /audit", handle: s.audit},
		{pattern: "GET /audit/{seq}", handle: s.auditRecord},
		{pattern: "GET /watches", handle: s.watches},
		{pattern: "POST /watches", handle: s.newWatch},
		{pattern: "POST /watches/look", handle: s.lookAgain},
		{pattern: "GET /watches/{id}", handle: s.watch},
		{pattern: "POST /watches/{id}/{deed}", handle: s.changeWatch},
		{pattern: "/", handle: s.nothing},
	}
}
