package web

// Patterns are the addresses of the desk, each with whether it is answered without a
// session.
func (s *Service) Patterns() map[string]bool {
	out := map[string]bool{}
	for _, r := range s.routes() {
		out[r.pattern] = r.open
	}
	return out
}
