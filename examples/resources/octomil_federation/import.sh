# By the id of the federation, or by its name.
terraform import octomil_federation.clinics clinics
