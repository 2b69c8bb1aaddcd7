package documents

import (
	"context"
	"crypto/x509"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// FitsHere tells which certificates name the actor's agency or somebody with a post in it on a day: only such keys are offered for binding, so that no
// agency's administrator sees, or takes, the keys of another. A namesake's certificate that names another agency of this installation does not fit.
func FitsHere(ctx context.Context, r store.Reader, a store.Actor, on calendar.Date, all []*x509.Certificate) ([]bool, error) {
	if err := mayBind(a); err != nil {
		return nil, err
	}
	agency, err := org.AgencyAt(ctx, r, org.AgencyID(a.Agency), on)
	if err != nil {
		return nil, err
	}
	staff, err := org.Staff(ctx, r, agency.ID, on)
	if err != nil {
		return nil, err
	}
	hosted, err := org.HostedAgencies(ctx, r)
	if err != nil {
		return nil, err
	}
	elsewhere := map[string]bool{}
	for _, other := range hosted {
		elsewhere[written(other.Name)] = other.ID != agency.ID
	}
	fits := make([]bool, len(all))
	for i, c := range all {
		if c == nil {
			continue
		}
		here := !slices.ContainsFunc(c.Subject.Organization, func(o string) bool { return elsewhere[written(o)] })
		fits[i] = namesAgency(c, agency) || here && slices.ContainsFunc(staff, func(h org.Holding) bool { return namesPerson(c, h.PersonName) })
	}
	return fits, nil
}

// namesPerson compares without marks and case; authorities write some names in capitals, some with a title before them.
func namesPerson(c *x509.Certificate, name string) bool {
	name = i18n.Fold(name)
	return name != "" && strings.Contains(" "+i18n.Fold(c.Subject.CommonName)+" ", " "+name+" ")
}

// namesAgency looks for the agency's name, or one of its codes, in the subject.
func namesAgency(c *x509.Certificate, agency *org.Agency) bool {
	codes := []string{agency.Code, agency.OldCode, agency.WireCode}
	names := []string{written(agency.Name), written(agency.ShortName), written(agency.CollectiveName + " " + agency.Name)}
	for _, rdn := range c.Subject.Names {
		value, ok := rdn.Value.(string)
		if !ok || value == "" {
			continue
		}
		for _, code := range codes {
			if code != "" && strings.EqualFold(value, code) {
				return true
			}
		}
		if isCommonName := rdn.Type.String() == "2.5.4.3"; !isCommonName {
			continue // a person's certificate names his agency elsewhere
		}
		for _, name := range names {
			if name != "" && written(value) == name {
				return true
			}
		}
	}
	return false
}

// written brings the usual ways of writing an agency's name together.
func written(name string) string {
	words := strings.Fields(i18n.Fold(name))
	for i, w := range words {
		if long, ok := map[string]string{"ubnd": "uy ban nhan dan", "hdnd": "hoi dong nhan dan", "tp": "thanh pho", "tp.": "thanh pho"}[w]; ok {
			words[i] = long
		}
	}
	return strings.Join(words, " ")
}

// fitsOwner refuses a certificate that names somebody else than the owner it is to be bound to (S10.3). owner is a person's or an agency's name.
func fitsOwner(p *store.Problems, c *x509.Certificate, fits bool, owner string) {
	if !fits {
		p.Add("certificate", "Chứng thư số cấp cho {subject}, không phải cho {owner}. Chưa gắn; hãy đối chiếu rồi chọn đúng chứng thư hoặc đúng người.",
			"subject", c.Subject.CommonName, "owner", owner)
	}
}
