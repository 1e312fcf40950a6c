# By the ID or the name of the federation.
terraform import octomil_federation.clinics clinics
