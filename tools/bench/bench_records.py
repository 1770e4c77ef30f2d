# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Health records: gcrisk ingest ehr beside pandas and DuckDB scripts that do the same work.

FHIR: NDJSON of Observations, Conditions and Encounters of 4,000 people (about 470 MB) to events,
sorted by person and time, as gz. OMOP: MEASUREMENT with 2,000,000 rows (about 250 MB) likewise.
The peers read, choose the same columns, sort and write; pandas parses the lines with json.
"""

import json
import os

from measure import Race

PYTHON = os.environ.get("GCRISK_PYTHON", "python3")
PEOPLE = 4_000
EACH = 160

PEER_FHIR = """
import json, gzip, pandas as pd
rows = []
with open('fhir.ndjson', 'rb') as file:
    for line in file:
        r = json.loads(line)
        q = r.get('valueQuantity', {})
        c = r['code']['coding'][0]
        rows.append((r['subject']['reference'][8:], r['effectiveDateTime'][:19],
                     'LOINC/' + c['code'], q.get('value'), q.get('code')))
t = pd.DataFrame(rows, columns=['subject_id', 'time', 'code', 'numeric_value', 'unit'])
t = t.sort_values(['subject_id', 'time', 'code', 'numeric_value'])
t.to_csv('peer.tsv.gz', sep='\\t', index=False, compression={'method': 'gzip', 'compresslevel': 3})
"""

DUCK_FHIR = """
import duckdb
duckdb.sql('set threads to 2')
duckdb.sql(\"\"\"copy (select subject.reference[9:] as subject_id, effectiveDateTime as time,
  'LOINC/' || code.coding[1].code as code, valueQuantity.value as numeric_value,
  valueQuantity.code as unit from read_json('fhir.ndjson', format='newline_delimited')
  order by 1, 2, 3, 4) to 'duck.tsv.gz' (delimiter '\\t', header, compression gzip)\"\"\")
"""

DUCK_OMOP = """
import duckdb
duckdb.sql('set threads to 2')
duckdb.sql(\"\"\"copy (select m.person_id as subject_id, measurement_datetime as time,
  c.vocabulary_id || '/' || c.concept_code as code, value_as_number, u.concept_code as unit
  from read_csv('cdm/measurement.csv') m
  left join read_csv('cdm/concept.csv') c on c.concept_id = m.measurement_concept_id
  left join read_csv('cdm/concept.csv') u on u.concept_id = m.unit_concept_id
  order by 1, 2, 3, 4) to 'duck.tsv.gz' (delimiter '\\t', header, compression gzip)\"\"\")
"""

PEER_OMOP = """
import pandas as pd
c = pd.read_csv('cdm/concept.csv', dtype=str)
name = dict(zip(c.concept_id.astype(int), c.vocabulary_id + '/' + c.concept_code))
unit = dict(zip(c.concept_id.astype(int), c.concept_code))
m = pd.read_csv('cdm/measurement.csv')
t = pd.DataFrame({'subject_id': m.person_id, 'time': m.measurement_datetime,
                  'code': m.measurement_concept_id.map(name), 'numeric_value': m.value_as_number,
                  'unit': m.unit_concept_id.map(unit)})
t = t.sort_values(['subject_id', 'time', 'code', 'numeric_value'])
t.to_csv('peer.tsv.gz', sep='\\t', index=False, compression={'method': 'gzip', 'compresslevel': 3})
"""


def observation(person, k):
    code = ["8302-2", "29463-7", "2160-0", "718-7", "4548-4", "2093-3", "8480-6", "8462-4"][k % 8]
    unit = ["cm", "kg", "mg/dL", "g/dL", "%", "mg/dL", "mm[Hg]", "mm[Hg]"][k % 8]
    day = f"{1990 + k % 30}-{1 + k % 12:02}-{1 + (k * 7 + person) % 28:02}"
    return json.dumps({
        "resourceType": "Observation", "id": f"{person:06x}-{k:04x}-4b8f-905a-29b928a4ded1",
        "status": "final", "category": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "vital-signs", "display": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": "a measurement"}],
                 "text": "a measurement"},
        "subject": {"reference": f"Patient/{person:08x}-84e7-4751-b432-e34bdbdbde05"},
        "encounter": {"reference": f"Encounter/{k:08x}-e3a4-41ff-9c4a-b552f688fac6"},
        "effectiveDateTime": f"{day}T17:39:{k % 60:02}+00:00",
        "issued": f"{day}T17:39:34.343+00:00",
        "valueQuantity": {"value": 20 + (k * 37 + person) % 1000 / 7, "unit": unit,
                          "system": "http://unitsofmeasure.org", "code": unit},
        "meta": {"tag": [{"system": "https://smarthealthit.org/tags", "code": "synthea-5-2019"}]}},
        separators=(",", ":"))


def make_inputs(folder):
    fhir = os.path.join(folder, "fhir.ndjson")
    if not os.path.exists(fhir):
        with open(fhir, "w", encoding="utf-8") as file:
            for k in range(EACH):  # as a bulk export has them: not in the order of people
                file.writelines(observation(p, k) + "\n" for p in range(PEOPLE))
    cdm = os.path.join(folder, "cdm")
    if os.path.exists(cdm):
        return
    os.makedirs(cdm)
    with open(f"{cdm}/person.csv", "w", encoding="utf-8") as file:
        file.write("person_id,gender_concept_id,year_of_birth\n")
        file.writelines(f"{p},8507,1950\n" for p in range(20_000))
    with open(f"{cdm}/concept.csv", "w", encoding="utf-8") as file:
        file.write("concept_id,concept_name,domain_id,vocabulary_id,concept_class_id,concept_code\n")
        file.writelines(f"{3000000 + c},lab {c},Measurement,LOINC,Lab,{c}-{c % 10}\n"
                        for c in range(400))
        file.write("8840,milligram per deciliter,Unit,UCUM,Unit,mg/dL\n")
    header = ("measurement_id,person_id,measurement_concept_id,measurement_date,"
              "measurement_datetime,measurement_time,measurement_type_concept_id,"
              "operator_concept_id,value_as_number,value_as_concept_id,unit_concept_id,range_low,"
              "range_high,provider_id,visit_occurrence_id,visit_detail_id,"
              "measurement_source_value,measurement_source_concept_id,unit_source_value,"
              "value_source_value\n")
    with open(f"{cdm}/measurement.csv", "w", encoding="utf-8") as file:
        file.write(header)
        for i in range(2_000_000):
            day = f"{1990 + i % 30}-{1 + i % 12:02}-{1 + i % 28:02}"
            concept = 3000000 + i * 31 % 400
            file.write(f"{i},{i * 7919 % 20000},{concept},{day},{day} 10:00:{i % 60:02},{day},"
                       f"44818702,0,{i % 1000 / 8},0,8840,,,0,{i % 90000},0,{i % 400}-1,{concept},"
                       f"mg/dL,{i % 1000 / 8}\n")


def races(folder):
    make_inputs(folder)
    gcrisk = [os.environ["GCRISK"], "ingest", "ehr", "--out", "ours", "--force", "--quiet"]
    size = f"{os.path.getsize(os.path.join(folder, 'fhir.ndjson')) / 1e6:.0f} MB"
    fhir = [*gcrisk, "--fhir", "fhir.ndjson"]
    yield Race("FHIR NDJSON to events", size, fhir, [PYTHON, "-c", PEER_FHIR], "json + pandas", runs=2)
    yield Race("FHIR NDJSON to events, 1 thread", size, [*fhir, "--threads", "1"],
               [PYTHON, "-c", DUCK_FHIR], "DuckDB, 2 threads", runs=2)
    size = f"{os.path.getsize(os.path.join(folder, 'cdm', 'measurement.csv')) / 1e6:.0f} MB"
    omop = [*gcrisk, "--omop", "cdm"]
    yield Race("OMOP CSV to events", size, omop, [PYTHON, "-c", PEER_OMOP], "pandas", runs=2)
    yield Race("OMOP CSV to events, 1 thread", size, [*omop, "--threads", "1"],
               [PYTHON, "-c", DUCK_OMOP], "DuckDB, 2 threads", runs=2)
