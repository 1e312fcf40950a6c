package sandbox

import "net/http"

// routes returns the calls of the API (CONTRACT.md, sections 2 to 7), below the API root.
func routes() []route {
	const (
		ok      = http.StatusOK
		created = http.StatusCreated

		get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete

		readModels, writeModels           = "models:read", "models:write"
		readRollouts, writeRollouts       = "rollouts:read", "rollouts:write"
		readDevices, writeDevices         = "devices:read", "devices:write"
		readSettings, writeSettings       = "settings:read", "settings:write"
		readAdmin, writeAdmin             = "admin:read", "admin:write"
		readExperiments, writeExperiments = "experiments:read", "experiments:write"
		federations                       = "federations:admin"

		oneRollout     = "/models/{model}/rollouts/{rollout}"
		oneVersion     = "/models/{model}/versions/{version}"
		oneGroup       = "/device-groups/{group}"
		oneDevice      = "/devices/{device}"
		oneIntegration = "/settings/integrations/{integration}"
		oneExperiment  = "/experiments/{experiment}"
		oneFederation  = "/federations/{federation}"
	)
	return []route{
		{get, "/health", "health", "", ok, healthCheck, ""},
		{get, "/status", "status", anyKey, ok, healthCheck, ""},

		{get, "/models", "list models", readModels, ok, (*api).listModels, ""},
		{post, "/models", "create model", writeModels, created, (*api).createModel, ""},
		{get, "/models/{model}", "get model", readModels, ok, (*api).getModel, ""},
		{patch, "/models/{model}", "update model", writeModels, ok, (*api).updateModel, ""},
		{del, "/models/{model}", "delete model", writeModels, ok, (*api).deleteModel, ""},

		{get, "/models/{model}/versions", "list versions", readModels, ok, (*api).listVersions, ""},
		{post, "/models/{model}/versions", "create version", writeModels, created, (*api).createVersion, ""},
		{get, oneVersion, "get version", readModels, ok, (*api).getVersion, ""},
		{del, oneVersion, "delete version", writeModels, ok, (*api).deleteVersion, ""},
		{post, oneVersion + "/publish", "publish version", writeModels, ok, (*api).publishVersion, ""},
		{post, oneVersion + "/deprecate", "deprecate version", writeModels, ok, (*api).deprecateVersion, ""},
		{patch, oneVersion + "/metrics", "update metrics", writeModels, ok, (*api).updateMetrics, ""},

		{post, "/models/{model}/versions/upload-url", "create upload", writeModels, ok, (*api).createUpload, ""},
		{post, "/models/{model}/versions/confirm-upload", "confirm upload", writeModels, created, (*api).confirmUpload, ""},

		{post, "/integrations/huggingface/import", "import version", writeModels, created, (*api).importVersion, ""},

		{get, "/rollouts/active", "list active rollouts", readRollouts, ok, (*api).listActiveRollouts, ""},
		{get, "/models/{model}/rollouts", "list rollouts", readRollouts, ok, (*api).listRollouts, ""},
		{post, "/models/{model}/rollouts", "create rollout", writeRollouts, created, (*api).createRollout, ""},
		{get, "/models/{model}/rollouts/active", "list active rollouts of model", readRollouts, ok, (*api).listModelActiveRollouts, ""},
		{get, oneRollout, "get rollout", readRollouts, ok, (*api).getRollout, ""},
		{del, oneRollout, "cancel rollout", writeRollouts, ok, (*api).cancelRollout, ""},
		{post, oneRollout + "/start", "start rollout", writeRollouts, ok, rolloutTransition("start", pending, active), ""},
		{post, oneRollout + "/pause", "pause rollout", writeRollouts, ok, rolloutTransition("pause", active, paused), ""},
		{post, oneRollout + "/resume", "resume rollout", writeRollouts, ok, rolloutTransition("resume", paused, active), ""},
		{post, oneRollout + "/advance", "advance rollout", writeRollouts, ok, (*api).advanceRollout, ""},
		{post, oneRollout + "/update-percentage", "update percentage", writeRollouts, ok, (*api).updatePercentage, ""},
		{get, oneRollout + "/status-history", "get status history", readRollouts, ok, (*api).rolloutHistory, ""},
		{get, oneRollout + "/affected-devices", "get affected devices", readRollouts, ok, (*api).affectedDevices, ""},
		{post, "/models/{model}/rollback", "roll back", writeRollouts, ok, (*api).rollback, DialectDocs},

		{post, "/deploy/prepare", "prepare deployment", readDevices, ok, (*api).prepareDeployment, ""},
		{post, "/deploy/execute", "execute deployment", writeRollouts, ok, (*api).executeDeployment, ""},
		{post, "/deploy/check-compatibility", "check compatibility", readDevices, ok, (*api).checkCompatibility, ""},

		{get, "/device-groups", "list groups", readDevices, ok, (*api).listGroups, ""},
		{post, "/device-groups", "create group", writeDevices, created, (*api).createGroup, ""},
		{get, oneGroup, "get group", readDevices, ok, (*api).getGroup, ""},
		{put, oneGroup, "update group", writeDevices, ok, (*api).updateGroup, ""},
		{del, oneGroup, "delete group", writeDevices, ok, (*api).deleteGroup, ""},
		{get, oneGroup + "/devices", "list group members", readDevices, ok, (*api).listMembers, ""},
		{post, oneGroup + "/devices", "add group members", writeDevices, ok, (*api).addMembers, ""},
		{post, oneGroup + "/devices/{device}", "add group member", writeDevices, ok, (*api).addMember, ""},
		{del, oneGroup + "/devices/{device}", "remove group member", writeDevices, ok, (*api).removeMember, ""},

		{get, "/devices", "list devices", readDevices, ok, (*api).listDevices, ""},
		{get, oneDevice, "get device", readDevices, ok, (*api).getDevice, ""},
		{patch, oneDevice, "update device", writeDevices, ok, (*api).updateDevice, ""},
		{get, oneDevice + "/groups", "get device groups", readDevices, ok, (*api).deviceGroups, ""},
		{get, oneDevice + "/assignments", "get device assignments", readDevices, ok, (*api).deviceAssignments, ""},

		{post, "/devices/register", "register device", "", created, (*api).registerDevice, ""},
		{put, oneDevice + "/heartbeat", "heartbeat", anyKey, ok, (*api).heartbeat, ""},
		{post, oneDevice + "/heartbeat", "heartbeat", anyKey, ok, (*api).heartbeat, ""},
		{get, oneDevice + "/desired-state", "get desired state", anyKey, ok, (*api).desiredState, ""},
		{post, oneDevice + "/desired-state", "get desired state", anyKey, ok, (*api).desiredState, ""},
		{post, oneDevice + "/sync", "sync device", anyKey, ok, (*api).syncDevice, ""},
		{post, oneDevice + "/observed-state", "report observed state", anyKey, ok, (*api).observedState, ""},
		{get, oneDevice + "/models/{model}/version", "resolve version", anyKey, ok, (*api).resolveVersion, ""},

		{get, "/settings/{org}", "get settings", readSettings, ok, (*api).getSettings, ""},
		{put, "/settings/{org}", "update settings", writeSettings, ok, (*api).updateSettings, ""},
		{get, "/settings/compliance/{preset}", "get compliance preset", readSettings, ok, (*api).getPreset, ""},

		{get, "/api-keys", "list keys", readAdmin, ok, (*api).listKeys, ""},
		{post, "/api-keys", "create key", writeAdmin, created, (*api).createKey, ""},
		{post, "/api-keys/{key}/revoke", "revoke key", writeAdmin, ok, (*api).revokeKey, ""},
		{post, "/api-keys/{key}/rotate", "rotate key", writeAdmin, ok, (*api).rotateKey, ""},

		{get, "/orgs/{org}/members", "list members", readAdmin, ok, (*api).listOrgMembers, ""},
		{post, "/orgs/{org}/members", "add member", writeAdmin, created, (*api).addOrgMember, ""},

		{get, "/metrics/integrations", "list metrics integrations", readSettings, ok, listIntegrations(metricsExport), ""},
		{post, "/metrics/integrations", "create metrics integration", writeSettings, created, createIntegration(metricsExport), ""},
		{del, "/metrics/integrations/{integration}", "delete metrics integration", writeSettings, ok, deleteIntegration(metricsExport), ""},
		{post, "/metrics/integrations/{integration}/test", "test metrics integration", writeSettings, ok, testIntegration(metricsExport), ""},
		{get, "/log-streams/integrations", "list log integrations", readSettings, ok, listIntegrations(logStream), ""},
		{post, "/log-streams/integrations", "create log integration", writeSettings, created, createIntegration(logStream), ""},
		{del, "/log-streams/integrations/{integration}", "delete log integration", writeSettings, ok, deleteIntegration(logStream), ""},
		{post, "/log-streams/integrations/{integration}/test", "test log integration", writeSettings, ok, testIntegration(logStream), ""},
		{get, oneIntegration, "get integration", readSettings, ok, (*api).getIntegration, ""},
		{patch, oneIntegration, "update integration", writeSettings, ok, (*api).updateIntegration, ""},
		{del, oneIntegration, "delete integration", writeSettings, ok, deleteIntegration(anySignal), ""},

		{get, "/experiments", "list experiments", readExperiments, ok, (*api).listExperiments, ""},
		{post, "/experiments", "create experiment", writeExperiments, created, (*api).createExperiment, ""},
		{get, oneExperiment, "get experiment", readExperiments, ok, (*api).getExperiment, ""},
		{patch, oneExperiment, "update experiment", writeExperiments, ok, (*api).updateExperiment, ""},
		{post, oneExperiment + "/start", "start experiment", writeExperiments, ok, experimentTransition("start", running, draft), ""},
		{post, oneExperiment + "/pause", "pause experiment", writeExperiments, ok, experimentTransition("pause", paused, running), ""},
		{post, oneExperiment + "/resume", "resume experiment", writeExperiments, ok, experimentTransition("resume", running, paused), ""},
		{post, oneExperiment + "/complete", "complete experiment", writeExperiments, ok, experimentTransition("complete", completed, running, paused), ""},
		{post, oneExperiment + "/cancel", "cancel experiment", writeExperiments, ok, experimentTransition("cancel", cancelled, draft, running, paused), ""},
		{patch, oneExperiment + "/allocations", "update allocations", writeExperiments, ok, (*api).updateAllocations, ""},
		{get, oneExperiment + "/target-groups", "get target groups", readExperiments, ok, (*api).getTargetGroups, ""},
		{put, oneExperiment + "/target-groups", "replace target groups", writeExperiments, ok, (*api).replaceTargetGroups, ""},
		{post, oneExperiment + "/target-groups/{group}", "add target group", writeExperiments, ok, (*api).addTargetGroup, ""},
		{del, oneExperiment + "/target-groups/{group}", "remove target group", writeExperiments, ok, (*api).removeTargetGroup, ""},

		{get, "/federations", "list federations", federations, ok, (*api).listFederations, ""},
		{post, "/federations", "create federation", federations, created, (*api).createFederation, ""},
		{get, oneFederation, "get federation", federations, ok, (*api).getFederation, ""},
		{post, oneFederation + "/invite", "invite to federation", federations, ok, (*api).inviteToFederation, ""},
		{post, oneFederation + "/join", "join federation", federations, ok, (*api).joinFederation, ""},
		{get, oneFederation + "/members", "list federation members", federations, ok, (*api).listFederationMembers, ""},
		{get, oneFederation + "/models", "list federation models", federations, ok, (*api).listFederationModels, ""},
		{post, oneFederation + "/models", "share model", federations, created, (*api).shareModel, ""},
		{get, oneFederation + "/privacy", "get privacy", federations, ok, (*api).getPrivacy, ""},
		{put, oneFederation + "/privacy/budget", "set privacy budget", federations, ok, (*api).setPrivacyBudget, ""},
	}
}

func healthCheck(*api, *call) (any, error) { return map[string]string{"status": "ok"}, nil }
