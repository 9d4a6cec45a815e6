import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useCallback, useState } from 'react'
import { createRollout } from '../../api/changes.js'
import { allModelsQuery, matchingDevicesQuery, releasesOfQuery } from '../../api/queries.js'
import { plural } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { EmptyPage, ErrorNote } from '../../parts/notices.js'
import { Page } from '../../parts/page.js'
import { SelectorFilter } from '../../parts/selector-filter.js'
import classes from './new-rollout.module.css'
import { PreviewPanel } from './preview-panel.js'

const route = getRouteApi('/rollouts/new')

/** One version for the devices that match; what that means is shown before it happens. */
export function NewRollout() {
  const models = useQuery(allModelsQuery())
  return (
    <Page title="New rollout" up={{ to: '/rollouts', label: 'Rollouts' }}>
      <Loaded query={models}>
        {(known) =>
          known.length === 0 ? (
            <EmptyPage
              title="There is no model to roll out"
              commands={['kedge model push model.onnx --name my-model --key publisher.key']}
            />
          ) : (
            <RolloutForm models={known.map((model) => model.name)} />
          )
        }
      </Loaded>
    </Page>
  )
}

function RolloutForm({ models }: { models: readonly string[] }) {
  const search = route.useSearch()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const model = search.model ?? models[0] ?? ''
  const releases = useQuery(releasesOfQuery(model))
  const versions = releases.data?.items.map((release) => release.version) ?? []
  const version = search.version ?? versions[0] ?? ''
  const select = search.select ?? '*'

  const change = useCallback(
    (next: Partial<typeof search>) =>
      void navigate({ to: '/rollouts/new', search: (now) => ({ ...now, ...next }), replace: true }),
    [navigate],
  )
  const changeSelect = useCallback((next: string) => change({ select: next }), [change])
  const create = useCreateRollout()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const request = { model, version, select: select === '' ? '*' : select }
    create.mutate(name === '' ? request : { ...request, name })
  }

  return (
    <form className={classes.form} onSubmit={submit}>
      <div className={classes.fields}>
        <NativeSelect
          label="Model"
          data={[...models]}
          value={model}
          onChange={(event) => {
            // Another model has other versions.
            const { version: _version, ...rest } = search
            void navigate({
              to: '/rollouts/new',
              search: { ...rest, model: event.currentTarget.value },
              replace: true,
            })
          }}
        />
        <NativeSelect
          label="Version"
          data={versions.length === 0 ? [version] : versions}
          value={version}
          onChange={(event) => change({ version: event.currentTarget.value })}
        />
        <div className={classes.select}>
          <span aria-hidden="true">Devices whose labels match</span>
          <SelectorFilter
            value={select}
            onChange={changeSelect}
            label="Devices whose labels match"
          />
          <span className="quiet small">
            Labels joined by commas: <code>site=berlin, ring in (1, 2), !metered</code>;{' '}
            <code>*</code> is every device. <code>kind</code> and <code>id</code> are labels too.
          </span>
        </div>
        <TextInput
          label="Name (optional)"
          value={name}
          maxLength={120}
          placeholder={`${model} ${version}`}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <PreviewPanel select={select} model={model} version={version} />
      <div className={classes.submit}>
        {create.error !== null && <ErrorNote error={create.error} />}
        <SubmitButton model={model} version={version} select={select} busy={create.isPending} />
        <span className="quiet small">
          All of them get it at once. A device that matches later gets it too.
        </span>
      </div>
    </form>
  )
}

function SubmitButton(props: { model: string; version: string; select: string; busy: boolean }) {
  const { data } = useQuery(matchingDevicesQuery(props.select))
  return (
    <Button type="submit" size="sm" loading={props.busy} disabled={props.version === ''}>
      Roll out to {data === undefined ? 'the devices' : plural(data.length, 'device')}
    </Button>
  )
}

function useCreateRollout() {
  const navigate = useNavigate()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: createRollout,
    onSuccess: (rollout) => {
      void queries.invalidateQueries({ queryKey: ['rollouts'] })
      return navigate({ to: '/rollouts/$rollout', params: { rollout: rollout.id } })
    },
  })
}
