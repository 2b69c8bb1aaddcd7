package org

import (
	"strings"

	"congvu/internal/store"
)

// MayShapeCity: the administrator of the system opens, amends and closes agencies, and gives the roles that rule the installation. The
// installation itself (first start, sample city, command line) may, too.
func MayShapeCity(a store.Actor) bool {
	return a.Roles.Has(store.SystemAdmin) || a.Via == store.ViaSystem || a.Via == store.ViaCLI && a.Person == 0
}

// MayAdminister: units, people and posts of an agency are kept by its administrator, and by the administrator of the system.
func MayAdminister(a store.Actor, agency AgencyID) bool {
	return MayShapeCity(a) || a.Roles.Has(store.AgencyAdmin) && a.Agency == int64(agency)
}

// administered refuses: to a stranger the agency does not exist, to a colleague the act is not his.
func administered(a store.Actor, agency AgencyID) error {
	switch {
	case agency == 0:
		return store.RefuseField("agency", "Chọn cơ quan.")
	case MayAdminister(a, agency):
		return nil
	case a.Agency == int64(agency):
		return store.Refuse(store.Forbidden, "Việc này do quản trị của cơ quan thực hiện.")
	}
	return store.Refuse(store.NotFound, "Không tìm thấy cơ quan này.")
}

func likeless(s string) string {
	return strings.NewReplacer("%", "", "_", "", `\`, "").Replace(s)
}
