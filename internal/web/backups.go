package web

import (
	"context"
	"net/http"

	"congvu/internal/backup"
	"congvu/internal/store"
)

const pathBackups = "/admin/backups"

// backupRoutes are the page of the installation's copies.
func backupRoutes() []Route {
	return []Route{
		{Pattern: "GET " + pathBackups, Who: posts(store.SystemAdmin), Handle: (*Door).backupsPage, Nav: &Nav{Key: "backups", Icon: "archive", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Sao lưu") }}},
		{Pattern: "POST " + pathBackups, Who: posts(store.SystemAdmin), Handle: (*Door).takeBackup},
	}
}

// backupsView is what came of the latest copies.
type backupsView struct {
	folder bool // one was named: copies can be taken
	busy   bool
	runs   []backup.Run
}

// lastGood is the newest copy that was taken whole.
func (v backupsView) lastGood() (backup.Run, bool) {
	for _, r := range v.runs {
		if r.Kind == backup.Taken && r.State == backup.Done {
			return r, true
		}
	}
	return backup.Run{}, false
}

const runsShown = 30

// backupsPage: GET /admin/backups
func (d *Door) backupsPage(w http.ResponseWriter, r *http.Request) error {
	runs, err := backup.Runs(r.Context(), d.DB, actor(r), runsShown)
	if err != nil {
		return err
	}
	v := backupsView{folder: d.Vault != nil && d.Vault.Dir != "", busy: d.Vault.Busy(), runs: runs}
	return d.page(w, r, View{Title: t(r.Context(), "Sao lưu"), Active: "backups"}, backupsPage(v))
}

// takeBackup: POST /admin/backups
func (d *Door) takeBackup(w http.ResponseWriter, r *http.Request) error {
	log := d.Log
	if err := d.Vault.Begin(actor(r), func(err error) { log.Error("backup", "error", err) }); err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã bắt đầu sao lưu. Tải lại trang này để xem kết quả."))
	return redirect(w, r, pathBackups)
}

func runWord(ctx context.Context, r backup.Run) string {
	switch {
	case r.State == backup.Failed:
		return t(ctx, "Không sao lưu được")
	case r.Kind == backup.Restored:
		return t(ctx, "Đã khôi phục")
	}
	return t(ctx, "Đã sao lưu")
}
