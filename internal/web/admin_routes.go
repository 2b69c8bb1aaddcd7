package web

import (
	"context"

	"congvu/internal/store"
)

func adminGroup(ctx context.Context) string { return t(ctx, "Quản trị") }

const keepers = store.AgencyAdmin | store.SystemAdmin

// adminRoutes are the pages of those who keep the agency's people, accounts and journal.
func adminRoutes() []Route {
	return []Route{
		{Pattern: "GET /admin/people", Who: posts(keepers), Handle: (*Door).peoplePage, Nav: &Nav{Key: "people", Icon: "users", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Người và chức vụ") }}},
		{Pattern: "GET /admin/people/new", Who: posts(keepers), Handle: (*Door).enrolPage},
		{Pattern: "POST /admin/people/new", Who: posts(keepers), Handle: (*Door).enrol},
		{Pattern: "GET /admin/people/{id}", Who: posts(keepers), Handle: (*Door).personPage},
		{Pattern: "GET /admin/people/{id}/edit", Who: posts(keepers), Handle: (*Door).amendPersonPage},
		{Pattern: "POST /admin/people/{id}/edit", Who: posts(keepers), Handle: (*Door).amendPerson},
		{Pattern: "GET /admin/people/{id}/appoint", Who: posts(keepers), Handle: (*Door).appointPage},
		{Pattern: "POST /admin/people/{id}/appoint", Who: posts(keepers), Handle: (*Door).appoint},
		{Pattern: "GET /admin/holdings/{id}/end", Who: posts(keepers), Handle: (*Door).endHoldingPage},
		{Pattern: "POST /admin/holdings/{id}/end", Who: posts(keepers), Handle: (*Door).endHolding},
		{Pattern: "GET /admin/people/{id}/account", Who: posts(keepers), Handle: (*Door).accountOpenPage},
		{Pattern: "POST /admin/people/{id}/account", Who: posts(keepers), Handle: (*Door).accountOpen},
		{Pattern: "POST /admin/people/{id}/lock", Who: posts(keepers), Handle: (*Door).accountLock},
		{Pattern: "POST /admin/people/{id}/unlock", Who: posts(keepers), Handle: (*Door).accountUnlock},
		{Pattern: "POST /admin/people/{id}/reset", Who: posts(keepers), Handle: (*Door).accountReset},
		{Pattern: "GET /admin/units", Who: posts(keepers), Handle: (*Door).unitsPage, Nav: &Nav{Key: "units", Icon: "building", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Đơn vị, quyền ký") }}},
		{Pattern: "GET /admin/units/new", Who: posts(keepers), Handle: (*Door).unitPage},
		{Pattern: "POST /admin/units/new", Who: posts(keepers), Handle: (*Door).openUnit},
		{Pattern: "POST /admin/units/{id}/close", Who: posts(keepers), Handle: (*Door).closeUnit},
		{Pattern: "GET /admin/delegations/new", Who: posts(keepers), Handle: (*Door).delegationPage},
		{Pattern: "POST /admin/delegations/new", Who: posts(keepers), Handle: (*Door).delegate},
		{Pattern: "POST /admin/delegations/{id}/end", Who: posts(keepers), Handle: (*Door).endDelegation},
		{Pattern: "GET /admin/certificates", Who: posts(store.AgencyAdmin), Handle: (*Door).certificatesPage, Nav: &Nav{Key: "certificates", Icon: "certificate", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Chứng thư số") }}},
		{Pattern: "GET /admin/certificates/new", Who: posts(store.AgencyAdmin), Handle: (*Door).certificatePage},
		{Pattern: "POST /admin/certificates/new", Who: posts(store.AgencyAdmin), Handle: (*Door).bindCertificate, Files: true},
		{Pattern: "GET /admin/certificates/device", Who: posts(store.AgencyAdmin), Handle: (*Door).deviceCertificatePage},
		{Pattern: "POST /admin/certificates/device", Who: posts(store.AgencyAdmin), Handle: (*Door).bindDeviceCertificate, Files: true},
		{Pattern: "POST /admin/certificates/{id}/withdraw", Who: posts(store.AgencyAdmin), Handle: (*Door).withdrawCertificate},
		{Pattern: "GET /admin/agencies", Who: posts(keepers), Handle: (*Door).agenciesPage, Nav: &Nav{Key: "agencies", Icon: "world", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Danh bạ cơ quan") }}},
		{Pattern: "GET /admin/agencies/new", Who: posts(store.SystemAdmin), Handle: (*Door).agencyNewPage},
		{Pattern: "POST /admin/agencies/new", Who: posts(store.SystemAdmin), Handle: (*Door).openAgency},
		{Pattern: "GET /admin/agencies/{id}/edit", Who: posts(store.SystemAdmin), Handle: (*Door).agencyEditPage},
		{Pattern: "POST /admin/agencies/{id}/edit", Who: posts(store.SystemAdmin), Handle: (*Door).amendAgency},
		{Pattern: "GET /admin/agencies/{id}/close", Who: posts(store.SystemAdmin), Handle: (*Door).agencyClosePage},
		{Pattern: "POST /admin/agencies/{id}/close", Who: posts(store.SystemAdmin), Handle: (*Door).closeAgency},
		{Pattern: "GET /admin/journal", Who: posts(store.AgencyAdmin | store.Head | store.SystemAdmin), Handle: (*Door).journalPage, Nav: &Nav{Key: "journal", Icon: "timeline", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Nhật ký") }}},
		{Pattern: "GET /admin/journal.csv", Who: posts(store.AgencyAdmin | store.Head | store.SystemAdmin), Handle: (*Door).journalExport},
	}
}
