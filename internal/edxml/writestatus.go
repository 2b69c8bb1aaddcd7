package edxml

import "io"

// WriteStatus writes a status message (X10). An *Unwritable names what is missing, among it the reason that refusals and requests need.
func WriteStatus(w io.Writer, s *StatusMessage) (Written, error) {
	if err := s.check(); err != nil {
		return Written{}, err
	}
	x := newWriter(w, s.Extra)
	return x.envelope(func() {
		x.open("MessageHeader", func() {
			x.organization("From", s.From, true)
			x.open("ResponseFor", func() {
				x.must("OrganId", s.ResponseFor.OrganID)
				x.must("Code", s.ResponseFor.Code.String())
				x.must("PromulgationDate", s.ResponseFor.Date.wire())
				x.must("DocumentId", s.ResponseFor.DocumentID)
			})
			x.open("StaffInfo", func() {
				x.must("Department", s.Staff.Department)
				x.may("DepartmentId", s.Staff.DepartmentID)
				x.must("Staff", s.Staff.Name)
				x.may("StaffId", s.Staff.StaffID)
				x.may("Mobile", s.Staff.Mobile)
				x.may("Email", s.Staff.Email)
			})
			x.must("StatusCode", s.Code)
			x.must("Description", s.Description)
			x.must("Timestamp", wireTime(s.At))
		})
	}, nil, nil)
}

func (s *StatusMessage) check() error {
	c := &check{}
	c.text(s.From.OrganID, "From/OrganId", 35)
	c.text(s.From.Name, "From/OrganName", 500)
	c.text(s.ResponseFor.OrganID, "ResponseFor/OrganId", 35)
	c.that(s.ResponseFor.DocumentID != "" || s.ResponseFor.Code.String() != "" && s.ResponseFor.Date != "", "ResponseFor/DocumentId")
	c.that(s.ResponseFor.Date == "" || s.ResponseFor.Date.valid(), "ResponseFor/PromulgationDate")
	_, known := StatusLabels[s.Code]
	c.that(known, "StatusCode")
	if NeedsReason(s.Code) {
		n := len([]rune(clean(s.Description)))
		c.that(n >= 10 && n <= 1000, "Description")
	}
	c.that(!s.At.IsZero(), "Timestamp")
	return c.err()
}
