package legacy

func (r *reading) access() error { return unknown("access") }
