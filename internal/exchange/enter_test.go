package exchange

import (
	"context"
	"testing"

	"congvu/internal/org"
	"congvu/internal/store"
)

// enter puts an agency into the directory.
func enter(t testing.TB, db *store.DB, code, name string, hosted bool) int64 {
	t.Helper()
	var id int64
	err := db.Write(context.Background(), store.Actor{Person: 1, Roles: store.SystemAdmin}, func(tx *store.Tx) error {
		a, err := org.OpenAgency(context.Background(), tx, org.AgencyForm{Code: code, WireCode: code, Name: name, ShortName: name, Level: org.City, Seat: "Hà Nội",
			Hosted: hosted, Abbr: "UBND"})
		if err == nil {
			id = int64(a.ID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}
