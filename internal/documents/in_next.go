package documents

// Next is the table of receipts (exchange.md §12) for those who model it: the state that an act leads to, false where it is refused. The acts are
// import, refuse, register, cancel_registration, assign, start, close, request, agree and decline.
func (s InState) Next(act string) (next InState, accepted bool) {
	next, err := s.after(receiptAct(act))
	return next, err == nil
}
