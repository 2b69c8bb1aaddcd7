package web

// adminRoutes are the pages of those who keep the agency's people, accounts and journal.
func adminRoutes() []Route {
	return nil
}
