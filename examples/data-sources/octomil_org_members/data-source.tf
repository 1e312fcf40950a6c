data "octomil_org_members" "pending" {
  status = "pending"
}

output "open_invitations" {
  value = { for member in data.octomil_org_members.pending.org_members : member.email => member.invited_at }
}
